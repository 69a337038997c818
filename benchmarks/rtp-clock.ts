/** Clock of RTP time stamps of video (RFC 6184 §8.2.1, RFC 7798 §7.1). */
const TICKS_PER_MS = 90;
const INTERLEAVED = 0x24;
const FRAME_HEAD_BYTES = 4;
/** Where the RTP time stands in a data packet (RFC 3550 §5.1) and in a sender report (§6.4.1, type 200). */
const PACKET_TIME_AT = 4;
const REPORT_TIME_AT = 16;
const SENDER_REPORT = 200;

/** What a camera sends on an RTSP connection, RTP in between (RFC 2326 §10.12), with a clock that can be made to jump. */
export class RtpClock {
  #pending = Buffer.alloc(0);
  #ticks = 0;
  /** What is no RTSP passes as it is; null until the first byte tells. */
  #isRtsp: boolean | null = null;

  /** All later pictures are taken so much later, or earlier, than they were. */
  jump(ms: number): void {
    this.#ticks += ms * TICKS_PER_MS;
  }

  /** @returns the messages that are complete */
  push(chunk: Buffer): Buffer {
    this.#isRtsp ??= chunk[0] === 'R'.charCodeAt(0);
    if (!this.#isRtsp) return chunk;
    this.#pending = Buffer.concat([this.#pending, chunk]);
    let end = 0;
    for (let length = this.#messageLength(0); length > 0; length = this.#messageLength(end)) {
      if (this.#pending[end] === INTERLEAVED) this.#move(this.#pending.subarray(end, end + length));
      end += length;
    }
    const whole = this.#pending.subarray(0, end);
    this.#pending = this.#pending.subarray(end);
    return whole;
  }

  /** Bytes of the message that begins there; 0 when it is not complete. */
  #messageLength(at: number): number {
    const rest = this.#pending.subarray(at);
    if (rest.length < FRAME_HEAD_BYTES) return 0;
    if (rest[0] === INTERLEAVED) {
      const length = FRAME_HEAD_BYTES + rest.readUInt16BE(2);
      return rest.length < length ? 0 : length;
    }
    const head = rest.indexOf('\r\n\r\n');
    if (head < 0) return 0;
    const body = /\ncontent-length: *(\d+)/i.exec(rest.subarray(0, head).toString('latin1'))?.[1];
    const length = head + 4 + Number(body ?? 0);
    return rest.length < length ? 0 : length;
  }

  #move(frame: Buffer): void {
    const isReport = frame[1]! % 2 === 1;
    const packet = frame.subarray(FRAME_HEAD_BYTES);
    if (isReport && packet[1] !== SENDER_REPORT) return;
    const at = isReport ? REPORT_TIME_AT : PACKET_TIME_AT;
    if (packet.length >= at + 4) packet.writeUInt32BE((packet.readUInt32BE(at) + this.#ticks) >>> 0, at);
  }
}
