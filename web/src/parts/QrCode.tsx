import { useMemo } from "react";
import { encode } from "uqr";

interface QrCodeProps {
  readonly address: string;
}

/** The quiet zone that readers need around a code. */
const border = 3;

/** An address as a picture for a phone's camera, dark on light in every theme, because not all cameras read it inverted. */
export function QrCode({ address }: QrCodeProps) {
  const { size, path } = useMemo(() => drawn(address), [address]);
  return (
    <svg className="qr-code" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={`QR code of ${address}`}>
      <path d={path} shapeRendering="crispEdges" />
    </svg>
  );
}

/** One path of horizontal bars: far fewer points than a square for each module. */
function drawn(address: string): { size: number; path: string } {
  const { data, size } = encode(address, { ecc: "M", border });
  const bars = data.flatMap((row, y) => {
    const inRow: string[] = [];
    for (let x = 0; x < size; x++) {
      if (!row[x] || row[x - 1]) continue;
      let end = x;
      while (row[end]) end++;
      inRow.push(`M${x} ${y}h${end - x}v1h${x - end}z`);
    }
    return inRow;
  });
  return { size, path: bars.join("") };
}
