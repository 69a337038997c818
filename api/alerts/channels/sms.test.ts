import { describe, expect, test } from 'vitest';
import type { ChannelOf } from '../../../pipeline/alerts/alert-config.ts';
import { smsRequest } from './sms.ts';

const gateway = (extra: Partial<ChannelOf<'sms'>>): ChannelOf<'sms'> => ({
  ...{ id: 'sms', kind: 'sms', method: 'POST', headers: {}, to: ['+84900000000'] },
  ...{ url: 'https://sms.example/send', body: '' },
  ...extra,
});
const filling = { to: '+84900000000', text: 'KHOI "A" & B\\C; 50%' };

describe('request to an SMS gateway', () => {
  test('JSON stays JSON whatever the text holds, and says that it is', () => {
    const { body, headers } = smsRequest(gateway({ body: '{"to":"{{to}}","text":"{{text}}"}' }), filling);
    expect(JSON.parse(body)).toEqual(filling);
    expect(headers['content-type']).toBe('application/json');
  });

  test('a form keeps the plus of the number', () => {
    const { body } = smsRequest(
      gateway({ headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, body: 'n={{to}}&m={{text}}' }),
      filling,
    );
    expect(Object.fromEntries(new URLSearchParams(body))).toEqual({ n: filling.to, m: filling.text });
  });

  test('an address is quoted, and a GET has no type', () => {
    const { url, headers } = smsRequest(
      gateway({ method: 'GET', url: 'https://sms.example/?n={{to}}&m={{text}}' }),
      filling,
    );
    expect(Object.fromEntries(new URL(url).searchParams)).toEqual({ n: filling.to, m: filling.text });
    expect(headers).toEqual({});
  });

  test('a text that looks like a placeholder is not filled in again', () => {
    const request = smsRequest(gateway({ headers: { 'content-type': 'text/plain' }, body: '{{text}}|{{to}}' }), {
      to: '1',
      text: '{{to}} $& $1',
    });
    expect(request.body).toBe('{{to}} $& $1|1');
  });
});
