// An analyzer that does nothing: takes each frame of one camera and says at once that it was analysed. Arguments: socket path, camera id.
import { createConnection } from 'node:net';

const socket = createConnection(process.argv[2]);
socket.write(`${JSON.stringify({ watch: process.argv[3] })}\n`);
let buffer = Buffer.alloc(0);
socket.on('data', (chunk) => {
  buffer = Buffer.concat([buffer, chunk]);
  while (buffer.length >= 8) {
    const length = 8 + buffer.readUInt32BE(0) + buffer.readUInt32BE(4);
    if (buffer.length < length) return;
    const { type, header } = JSON.parse(buffer.toString('utf8', 8, 8 + buffer.readUInt32BE(0)));
    buffer = buffer.subarray(length);
    if (type !== 'frame') continue;
    process.stdout.write(`${header.sequence}\n`);
    socket.write(`${JSON.stringify({ fate: 'analysed' })}\n`);
  }
});
socket.on('close', () => process.exit(0));
socket.on('error', () => process.exit(1));
