/** A unified diff, told by colour and sign. */
export function Diff({ text }: { readonly text: string }) {
  return (
    <pre className="diff" tabIndex={0}>
      {text.split('\n').map((line, index) => (
        <span key={index} data-sign={line[0]}>
          {`${line}\n`}
        </span>
      ))}
    </pre>
  );
}
