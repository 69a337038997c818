import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseXml, type XmlElement } from '../../workers/onvif/xml.ts';

export const ONVIF_PASSWORD = 'n&#x27;uoc<sạch>';
const NAMES =
  'xmlns:SOAP-ENV="http://www.w3.org/2003/05/soap-envelope" xmlns:tt="http://www.onvif.org/ver10/schema" ' +
  'xmlns:tds="http://www.onvif.org/ver10/device/wsdl" xmlns:trt="http://www.onvif.org/ver10/media/wsdl" ' +
  'xmlns:tptz="http://www.onvif.org/ver20/ptz/wsdl" xmlns:ter="http://www.onvif.org/ver10/error"';
export const envelope = (body: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<SOAP-ENV:Envelope ${NAMES}><SOAP-ENV:Header/><SOAP-ENV:Body>${body}</SOAP-ENV:Body></SOAP-ENV:Envelope>`;
const FAULT = envelope(
  '<SOAP-ENV:Fault><SOAP-ENV:Code><SOAP-ENV:Value>SOAP-ENV:Sender</SOAP-ENV:Value><SOAP-ENV:Subcode><SOAP-ENV:Value>ter:NotAuthorized</SOAP-ENV:Value></SOAP-ENV:Subcode></SOAP-ENV:Code><SOAP-ENV:Reason><SOAP-ENV:Text xml:lang="en">Sender not Authorized</SOAP-ENV:Text></SOAP-ENV:Reason></SOAP-ENV:Fault>',
);
const NO_TOKEN = envelope(
  '<SOAP-ENV:Fault><SOAP-ENV:Code><SOAP-ENV:Value>SOAP-ENV:Sender</SOAP-ENV:Value><SOAP-ENV:Subcode><SOAP-ENV:Value>ter:InvalidArgVal</SOAP-ENV:Value></SOAP-ENV:Subcode></SOAP-ENV:Code><SOAP-ENV:Reason><SOAP-ENV:Text xml:lang="en">No such preset</SOAP-ENV:Text></SOAP-ENV:Reason></SOAP-ENV:Fault>',
);
export const status = (position: string, moves = 'IDLE'): string =>
  envelope(
    `<tptz:GetStatusResponse><tptz:PTZStatus><tt:Position>${position}</tt:Position>` +
      `<tt:MoveStatus><tt:PanTilt>${moves}</tt:PanTilt><tt:Zoom>IDLE</tt:Zoom></tt:MoveStatus>` +
      `<tt:UtcTime>2026-11-21T07:00:00Z</tt:UtcTime></tptz:PTZStatus></tptz:GetStatusResponse>`,
  );
export const STANDS =
  '<tt:PanTilt x="-0.25" y="1.5e-1" space="http://www.onvif.org/ver10/tptz/PanTiltSpaces/PositionGenericSpace"/><!-- 1 x --><tt:Zoom x="0"/>';
const PRESETS = envelope(
  '<tptz:GetPresetsResponse><tptz:Preset token="1"><tt:Name>Ngã tư</tt:Name></tptz:Preset><tptz:Preset token="gate 2"/></tptz:GetPresetsResponse>',
);

/** The camera's own clock is so far ahead: a log-in by any other is refused [ONVIF Core §5.12.2]. */
const AHEAD_MS = 3_600_000;

export type OnvifCamera = {
  /** To GetStatus. */
  answer: string;
  /** Device service. */
  readonly url: string;
  /** Address and name of each question. */
  readonly asked: string[];
  /** What it was told to do, in words: `move 0.5 0 0 PT4S`, `stop`, `preset 1`. */
  readonly turned: string[];
  readonly close: () => void;
};

const read = async (request: IncomingMessage): Promise<string> => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
};

const textOf = (element: XmlElement, name: string): string =>
  element.children.find((child) => child.name === name)?.text ?? '';

/** A camera that turns, at a real port; it checks who asks as the standard wants it. */
export const startOnvifCamera = async (): Promise<OnvifCamera> => {
  const asked: string[] = [];
  const turned: string[] = [];
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
      const said = (name: string): string => (token ? textOf(token, name) : '');
      const wanted = createHash('sha1')
        .update(Buffer.from(said('Nonce'), 'base64'))
        .update(said('Created'))
        .update(ONVIF_PASSWORD)
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
      if (question.children[0]?.text !== 'Profile_1&2') return say(200, FAULT);
      const done = (): unknown => say(200, envelope(`<tptz:${question.name}Response/>`));
      switch (question.name) {
        case 'GetPresets':
          return say(200, PRESETS);
        case 'ContinuousMove': {
          const velocity = question.children.find(({ name }) => name === 'Velocity')?.children ?? [];
          const speed = (part: string, axis: string): string =>
            velocity.find(({ name }) => name === part)?.attributes.get(axis) ?? '0';
          turned.push(
            `move ${speed('PanTilt', 'x')} ${speed('PanTilt', 'y')} ${speed('Zoom', 'x')} ${textOf(question, 'Timeout')}`,
          );
          return done();
        }
        case 'Stop':
          turned.push('stop');
          return done();
        case 'GotoPreset': {
          const preset = textOf(question, 'PresetToken');
          if (preset !== '1' && preset !== 'gate 2') return say(400, NO_TOKEN);
          turned.push(`preset ${preset}`);
          return done();
        }
        default:
          return say(200, made.answer);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/onvif/device_service`;
  const close = (): void => {
    server.close();
    server.closeAllConnections();
  };
  const made: OnvifCamera = { answer: status(STANDS), url, asked, turned, close };
  return made;
};
