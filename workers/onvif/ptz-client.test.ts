import { afterEach, describe, expect, test } from 'vitest';
import {
  envelope,
  ONVIF_PASSWORD,
  type OnvifCamera,
  STANDS,
  startOnvifCamera,
  status,
} from '../../test/fakes/onvif-camera.ts';
import { machineClock } from '../monotonic.ts';
import { PtzClient } from './ptz-client.ts';
import { usernameToken } from './soap.ts';
import { parseXml } from './xml.ts';

const closing: (() => void)[] = [];
afterEach(() => closing.splice(0).forEach((close) => close()));

const camera = async (): Promise<OnvifCamera> => {
  const made = await startOnvifCamera();
  closing.push(made.close);
  return made;
};

const source = `rtsp://admin:${encodeURIComponent(ONVIF_PASSWORD)}@10.0.0.5/live`;
const client = ({ url }: OnvifCamera, from = source) => new PtzClient(url, from, machineClock);
const never = new AbortController().signal;

describe('where a camera’s mast stands', () => {
  test('is asked by the log-in of its stream, in the camera’s own time, at addresses of the camera itself', async () => {
    const tower = await camera();
    const asking = client(tower);
    expect(await asking.position(never)).toEqual({ pan: -0.25, tilt: 0.15, zoom: 0, isMoving: false });
    tower.answer = status('<tt:PanTilt x="1" y="-1"/>', 'MOVING');
    expect(await asking.position(never)).toEqual({ pan: 1, tilt: -1, zoom: null, isMoving: true });
    // What does not change is asked once.
    expect(tower.asked).toEqual([
      '/onvif/device_service GetSystemDateAndTime',
      '/onvif/device_service GetCapabilities',
      '/onvif/Media GetProfiles',
      '/onvif/PTZ GetStatus',
      '/onvif/PTZ GetStatus',
    ]);
  });

  test('a log-in that is refused is told without the password', async () => {
    const tower = await camera();
    const error = await client(tower, 'rtsp://admin:geheim@10.0.0.5/')
      .position(never)
      .catch((thrown: unknown) => thrown as Error);
    expect(error).toMatchObject({
      code: 'PTZ_UNAVAILABLE',
      message: expect.stringContaining('user or password is refused') as string,
    });
    expect(JSON.stringify([error, (error as Error).message, (error as Error).stack])).not.toContain('geheim');
  });

  test.each([
    ['no number', status('<tt:PanTilt x="NaN" y="0"/>'), 'no number as x'],
    ['a comma in a number', status('<tt:PanTilt x="0,5" y="0"/>'), 'no number as x'],
    ['no position', status(''), 'one <PanTilt> expected, found 0'],
    ['two positions', status('<tt:PanTilt x="0" y="0"/><tt:PanTilt x="1" y="0"/>'), 'one <PanTilt> expected, found 2'],
    ['a state that there is not', status(STANDS, 'SLEEPING'), 'MoveStatus is not known'],
    ['another answer', envelope('<tptz:GetNodesResponse/>'), 'answer is of another kind'],
    ['a page', '<html><body>Login<br></body></html>', 'answer is not XML'],
    ['entities that grow', '<!DOCTYPE a [<!ENTITY b "bb">]><a>&b;</a>', 'answer is not XML'],
    ['an answer without end', envelope('x'.repeat(600_000)), 'cannot be reached'],
  ])('%s in its answer is refused', async (_, answer, expected) => {
    const tower = await camera();
    tower.answer = answer;
    await expect(client(tower).position(never)).rejects.toThrow(expected);
  });

  test('it is turned for a while, stopped, and sent to a position that is stored in it', async () => {
    const tower = await camera();
    const turning = client(tower);
    expect(await turning.presets(never)).toEqual([
      { token: '1', name: 'Ngã tư' },
      { token: 'gate 2', name: '' },
    ]);
    await turning.move({ pan: 0.5, tilt: -1, zoom: 0 }, 4_000, never);
    await turning.move({ pan: 0, tilt: 0, zoom: 0.25 }, 1_500, never);
    await turning.stop(never);
    await turning.goTo('gate 2', never);
    expect(tower.turned).toEqual(['move 0.5 -1 0 PT4S', 'move 0 0 0.25 PT1.5S', 'stop', 'preset gate 2']);
    await expect(turning.goTo('<3>', never)).rejects.toMatchObject({ code: 'PTZ_UNAVAILABLE' });
  });

  test('nobody there is told as such', async () => {
    await expect(new PtzClient('http://127.0.0.1:1/onvif', source, machineClock).position(never)).rejects.toMatchObject(
      {
        code: 'PTZ_UNAVAILABLE',
      },
    );
  });
});

test('the password’s digest is that of the standard’s example', () => {
  // ONVIF Application Programmer's Guide 1.0 §6.1.1.3.
  const nonce = Buffer.from('LKqI6G/AikKCQrN0zqZFlg==', 'base64');
  const header = usernameToken(
    { username: 'user', password: 'userpassword' },
    Date.parse('2010-09-16T07:50:45Z'),
    nonce,
  );
  expect(header).toContain('>tuOSpGlFlIXsozq4HFNeeGeFLEI=<');
});

describe('XML of devices', () => {
  test('names are resolved, references decoded, comments passed over', () => {
    const root = parseXml(
      '\ufeff<?xml version="1.0"?><!-- - --><a xmlns="n" b=\'1 &gt; 0\'><c:d xmlns:c="m">x &#38; <![CDATA[<y>]]></c:d></a>\n',
    );
    expect(root).toMatchObject({ namespace: 'n', name: 'a' });
    expect(root.attributes.get('b')).toBe('1 > 0');
    expect(root.children[0]).toMatchObject({ namespace: 'm', name: 'd', text: 'x & <y>' });
  });

  test.each([
    '<a><b></a></b>',
    '<a>',
    '<a/><b/>',
    '<a b="1" b="2"/>',
    '<x:a/>',
    '<a>&unknown;</a>',
    '<a>& </a>',
    '<a b=1/>',
    'words',
    '',
    '<a>'.repeat(100),
  ])('%j is refused', (text) => {
    expect(() => parseXml(text)).toThrow(TypeError);
  });
});
