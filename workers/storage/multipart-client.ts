import { createHash } from 'node:crypto';
import { Client } from 'minio';

export type Written = { readonly versionId: string | null };

/**
 * The client's own upload of streams numbers its parts from 2, so it never finds those of the upload before. Here the same
 * body again sends only the parts that the server does not have, each under its MD5 sum, which the server checks.
 */
export class MultipartClient extends Client {
  async putParts(
    bucket: string,
    key: string,
    body: Buffer,
    options: { readonly mediaType: string; readonly partBytes: number },
  ): Promise<Written> {
    const { mediaType, partBytes } = options;
    const begun = await this.findUploadId(bucket, key);
    const uploadId = begun ?? (await this.initiateNewMultipartUpload(bucket, key, { 'Content-Type': mediaType }));
    const there = new Map(
      begun === undefined
        ? []
        : (await this.listParts(bucket, key, uploadId)).map(({ part, etag }) => [part, etag.replaceAll('"', '')]),
    );
    const parts: { part: number; etag: string }[] = [];
    for (let from = 0; from < body.length; from += partBytes) {
      const part = from / partBytes + 1;
      const bytes = body.subarray(from, from + partBytes);
      const md5 = createHash('md5').update(bytes).digest();
      const etag = md5.toString('hex');
      if (there.get(part) !== etag)
        await this.uploadPart(
          {
            ...{ bucketName: bucket, objectName: key, uploadID: uploadId, partNumber: part },
            headers: { 'Content-Length': String(bytes.length), 'Content-MD5': md5.toString('base64') },
          },
          bytes,
        );
      parts.push({ part, etag });
    }
    return this.completeMultipartUpload(bucket, key, uploadId, parts);
  }
}
