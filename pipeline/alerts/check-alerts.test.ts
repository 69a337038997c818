import { describe, expect, test } from 'vitest';
import { parseConfig } from '../config.ts';

const faultOf = (alerts: string): string => {
  try {
    parseConfig(`version: 1\nalerts:\n${alerts}`);
    return 'none';
  } catch (error) {
    return (error as Error).message;
  }
};
const DESK = '    - { id: desk, kind: webhook, url: "https://desk.example/", secret: "sixteen-characters" }';

describe('faults of alerts', () => {
  test('a whole configuration has none', () => {
    expect(
      faultOf(`
  channels:
${DESK}
    - { id: broker, kind: mqtt, url: "mqtts://broker.example:8883", username: u, password: p }
    - { id: mail, kind: email, host: mail.example, from: a@b.example, to: [c@d.example], username: u, password: p }
    - { id: sms, kind: sms, url: "https://sms.example/send", body: '{"to":"{{to}}","text":"{{text}}"}', to: ["+84900000000"] }
  routes:
    - { kinds: [smoke, flame], channels: [desk, broker], then: [[sms], [mail]], escalateAfterMinutes: 3 }
    - { kinds: [camera_health], channels: [mail], quietHours: { from: "22:00", until: "06:00" } }
`),
    ).toBe('none');
  });

  test('a channel that is not there, with the one that was meant', () => {
    expect(faultOf(`  channels:\n${DESK}\n  routes:\n    - { kinds: [smoke], channels: [desc] }`)).toBe(
      'config.yml:6: alerts.routes.0.channels.0: no channel "desc"; did you mean "desk"?',
    );
    expect(
      faultOf(`  channels:\n${DESK}\n  routes:\n    - { kinds: [smoke], channels: [desk], then: [[x]] }`),
    ).toContain('alerts.routes.0.then.0.0: no channel "x"; known: desk');
  });

  test('two channels of one id, and one kind in two routes', () => {
    expect(faultOf(`  channels:\n${DESK}\n${DESK}`)).toContain('channels.1.id: "desk" is used by another channel too');
    const route = '    - { kinds: [smoke], channels: [desk] }';
    expect(faultOf(`  channels:\n${DESK}\n  routes:\n${route}\n${route}`)).toContain(
      'routes.1.kinds: "smoke" stands in a route before this one',
    );
  });

  test('quiet hours for fire', () => {
    const quiet = 'quietHours: { from: "22:00", until: "06:00" }';
    expect(
      faultOf(`  channels:\n${DESK}\n  routes:\n    - { kinds: [smoke, crowding], channels: [desk], ${quiet} }`),
    ).toContain('quietHours: "smoke" is told at any hour; give it a route without quiet hours');
  });

  test('an SMS gateway that is told no number, or no text', () => {
    const sms = `  channels:\n    - { id: s, kind: sms, url: "https://sms.example/?t={{text}}", to: ["0900000000"] }`;
    expect(faultOf(sms)).toContain('neither `url` nor `body` has {{to}}');
  });

  test('a mail password that would travel in the clear, and a user without password', () => {
    const mail = 'id: m, kind: email, host: h, from: a@b.example, to: [c@d.example]';
    expect(faultOf(`  channels:\n    - { ${mail}, username: u, password: p, security: none }`)).toContain(
      'would travel in the clear',
    );
    expect(faultOf(`  channels:\n    - { ${mail}, username: u }`)).toContain('`username` and `password` go together');
  });

  test('a secret that is too short is not shown', () => {
    const fault = faultOf('  channels:\n    - { id: d, kind: webhook, url: "https://d.example", secret: hush-hush }');
    expect(fault).toMatch(/secret: expected string of at least 16 characters .*found another$/);
    expect(fault).not.toContain('hush-hush');
  });
});
