package dev.stoker.openjd.space;

import java.math.BigInteger;

/**
 * Divides {@code total} things into as few parts of at most {@code limit} as possible, sizes as
 * even as possible and the larger parts spread out: 10 by 3 is 3, 2, 3, 2. The same arithmetic as
 * the reference implementations, in closed form, so that a part is found without walking to it.
 */
record EvenParts(long total, long parts) {
  static EvenParts of(long total, long limit) {
    return new EvenParts(total, (total - 1) / limit + 1);
  }

  /** Where a part begins; {@code start(parts)} is the total. */
  long start(long part) {
    long small = total / parts;
    long larger = total % parts;
    // Of the larger parts, number i is part i * parts / larger: count those before this part. Both
    // factors may be near 2^62, so the product is taken in two words.
    return part * small + ceilOfProduct(part, larger, parts);
  }

  long size(long part) {
    return start(part + 1) - start(part);
  }

  private static long ceilOfProduct(long a, long b, long divisor) {
    long high = Math.multiplyHigh(a, b);
    long low = a * b;
    if (high == 0 && low >= 0) {
      return low == 0 ? 0 : (low - 1) / divisor + 1;
    }
    BigInteger[] quotient =
        BigInteger.valueOf(a)
            .multiply(BigInteger.valueOf(b))
            .divideAndRemainder(BigInteger.valueOf(divisor));
    return quotient[0].longValueExact() + (quotient[1].signum() == 0 ? 0 : 1);
  }
}
