import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { machineClock } from '../monotonic.ts';
import { PtzClient } from './ptz-client.ts';
import { usernameToken } from './soap.ts';
import { parseXml } from './xml.ts';

const PASSWORD = 'n&#x27;uoc<sạch>';
const NAMES =
  'xmlns:SOAP-ENV="http://www.w3.org/2003/05/soap-envelope" xmlns:tt="http://www.onvif.org/ver10/schema" ' +
  'xmlns:tds="http://www.onvif.org/ver10/device/wsdl" xmlns:trt="http://www.onvif.org/ver10/media/wsdl" ' +
  'xmlns:tptz="http://www.onvif.org/ver20/ptz/wsdl" xmlns:ter="http://www.onvif.org/ver10/error"';
const envelope = (body: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<SOAP-ENV:Envelope ${NAMES}><SOAP-ENV:Header/><SOAP-ENV:Body>${body}</SOAP-ENV:Body></SOAP-ENV:Envelope>`;
const FAULT = envelope(
  '<SOAP-ENV:Fault><SOAP-ENV:Code><SOAP-ENV:Value>SOAP-ENV:Sender</SOAP-ENV:Value><SOAP-ENV:Subcode><SOAP-ENV:Value>ter:NotAuthorized</SOAP-ENV:Value></SOAP-ENV:Subcode></SOAP-ENV:Code><SOAP-ENV:Reason><SOAP-ENV:Text xml:lang="en">Sender not Authorized</SOAP-ENV:Text></SOAP-ENV:Reason></SOAP-ENV:Fault>',
);
const status = (position: string, moves = 'IDLE'): string =>
  envelope(
    `<tptz:GetStatusResponse><tptz:PTZStatus><tt:Position>${position}</tt:Position>` +
      `<tt:MoveStatus><tt:PanTilt>${moves}</tt:PanTilt><tt:Zoom>IDLE</tt:Zoom></tt:MoveStatus>` +
      `<tt:UtcTime>2026-11-21T07:00:00Z</tt:UtcTime></tptz:PTZStatus></tptz:GetStatusResponse>`,
  );
const STANDS =
  '<tt:PanTilt x="-0.25" y="1.5e-1" space="http://www.onvif.org/ver10/tptz/PanTiltSpaces/PositionGenericSpace"/><!-- 1 x --><tt:Zoom x="0"/>';

/** The camera's own clock is so far ahead: a log-in by any other is refused [ONVIF Core §5.12.2]. */
const AHEAD_MS = 3_600_000;

type Camera = { answer: string; readonly url: string; readonly asked: string[] };
const closing: (() => void)[] = [];
afterEach(() => closing.splice(0).forEach((close) => close()));

const read = async (request: IncomingMessage): Promise<string> => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
};

/** A camera at a real port, that checks who asks as the standard wants it. */
const camera = async (): Promise<Camera> => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    void read(request).then((text) => {
      const { children } = parseXml(text);
      const question = children[1]!.children[0]!;
      asked.push(`${request.url ?? ''} ${question.name}`);
      const say = (code: number, body: string) =>
        response.writeHead(code, { 'content-type': 'application/soap+xml' }).end(body);
      if (question.name === 'GetSystemDateAndTime') {
        const now = new Date(Date.now() + AHEAD_MS);
        const time = `<tt:Time><tt:Hour>${String(now.getUTCHours())}</tt:Hour><tt:Minute>${String(now.getUTCMinutes())}</tt:Minute><tt:Second>${String(now.getUTCSeconds())}</tt:Second></tt:Time>`;
        const date = `<tt:Date><tt:Year>${String(now.getUTCFullYear())}</tt:Year><tt:Month>${String(now.getUTCMonth() + 1)}</tt:Month><tt:Day>${String(now.getUTCDate())}</tt:Day></tt:Date>`;
        return say(
          200,
          envelope(
            `<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime><tt:DateTimeType>NTP</tt:DateTimeType><tt:UTCDateTime>${time}${date}</tt:UTCDateTime></tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse>`,
          ),
        );
      }
      const token = children[0]!.children[0]?.children[0];
      const said = (name: string): string => token?.children.find((child) => child.name === name)?.text ?? '';
      const wanted = createHash('sha1')
        .update(Buffer.from(said('Nonce'), 'base64'))
        .update(said('Created'))
        .update(PASSWORD)
        .digest('base64');
      const isOfItsTime = Math.abs(Date.parse(said('Created')) - Date.now() - AHEAD_MS) < 5_000;
      if (said('Username') !== 'admin' || said('Password') !== wanted || !isOfItsTime) return say(400, FAULT);
      if (question.name === 'GetCapabilities')
        return say(
          200,
          envelope(
            '<tds:GetCapabilitiesResponse><tds:Capabilities><tt:Media><tt:XAddr>http://192.168.1.64/onvif/Media</tt:XAddr></tt:Media><tt:PTZ><tt:XAddr>http://192.168.1.64/onvif/PTZ</tt:XAddr></tt:PTZ></tds:Capabilities></tds:GetCapabilitiesResponse>',
          ),
        );
      if (question.name === 'GetProfiles')
        return say(
          200,
          envelope(
            '<trt:GetProfilesResponse><trt:Profiles token="fixed" fixed="true"><tt:Name>a</tt:Name></trt:Profiles><trt:Profiles token="Profile_1&amp;2"><tt:Name>b</tt:Name><tt:PTZConfiguration token="ptz0"><tt:Name>c</tt:Name></tt:PTZConfiguration></trt:Profiles></trt:GetProfilesResponse>',
          ),
        );
      return say(200, question.children[0]?.text === 'Profile_1&2' ? made.answer : FAULT);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => server.close());
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/onvif/device_service`;
  const made: Camera = { answer: status(STANDS), url, asked };
  return made;
};

const source = `rtsp://admin:${encodeURIComponent(PASSWORD)}@10.0.0.5/live`;
const client = ({ url }: Camera, from = source) => new PtzClient(url, from, machineClock);
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
