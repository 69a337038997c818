/** `README.txt` of an export: read by people who have never heard of the product. */
export const exportReadme = (caseId: string, keyId: string | null): string => `HỒ SƠ VỤ VIỆC ${caseId}

case/               hồ sơ gốc đã niêm phong: video gốc của camera, ba ảnh, dữ liệu nhận dạng, manifest và chữ ký
overlay/            phụ đề và khung nhận dạng (WebVTT) để xem cùng video; không ghi đè lên video gốc
record.pdf          bản ghi nhận để in
record.json         diễn biến xử lý và quyết định của người có thẩm quyền
export.json         danh sách tệp kèm theo, có chữ ký trong export-signature.json
keys/               khóa công khai để kiểm tra chữ ký
verify.html         mở bằng trình duyệt rồi thả tệp ZIP này vào để kiểm tra; không gửi dữ liệu đi đâu

Kiểm tra bằng dòng lệnh: watchpost verify TEP.zip
Chữ ký chỉ chứng minh ai đã niêm phong nếu mã khóa${keyId ? ` (${keyId})` : ''} được đơn vị xác nhận bằng đường khác.

CASE ${caseId}

case/               the sealed case: the camera's own video, three stills, detections, manifest and signature
overlay/            captions and boxes (WebVTT) to watch with the video; nothing is drawn into the original
record.pdf          the record on paper
record.json         what was done with the case and what was decided
export.json         list of the files beside the case, signed in export-signature.json
keys/               public key that the signatures are checked with
verify.html         open in a browser and drop this ZIP on it; nothing is sent anywhere

On the command line: watchpost verify FILE.zip
A signature proves who sealed the case only if the key id${keyId ? ` (${keyId})` : ''} is confirmed by another way.
`;
