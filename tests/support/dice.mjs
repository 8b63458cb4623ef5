// xorshift: whole numbers below a limit, the same ones for the same seed.
export function dice(seed) {
  let state = BigInt(seed) * 2654435769n + 1n;
  return (below) => {
    state ^= (state << 13n) & 0xffffffffffffffffn;
    state ^= state >> 7n;
    state ^= (state << 17n) & 0xffffffffffffffffn;
    return Number(state % BigInt(below));
  };
}
