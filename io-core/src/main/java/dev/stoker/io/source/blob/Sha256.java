package dev.stoker.io.source.blob;

/**
 * SHA-256 (FIPS 180-4) of short texts, for signatures alone: the JDK's own reads its security
 * properties and sets up a provider first, 20 ms of the start of a command that has one request to
 * sign.
 *
 * <p>The caller's state is eight words, begun with {@link #begin()}. Thread-safe.
 */
final class Sha256 {
  static final int BLOCK_BYTES = 64;

  private static final int ROUNDS = 64;

  /** §4.2.2. */
  private static final int[] CONSTANTS = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1,
    0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
    0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
    0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
    0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
    0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
    0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
    0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
    0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2
  };

  private Sha256() {}

  /** The state before the first block (§5.3.3). */
  static int[] begin() {
    return new int[] {
      0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19
    };
  }

  /** Takes the block at {@code from} into {@code state} (§6.2.2). */
  static void take(int[] state, byte[] bytes, int from) {
    int[] schedule = new int[ROUNDS];
    for (int t = 0; t < 16; t++) {
      int at = from + 4 * t;
      schedule[t] =
          (bytes[at] << 24)
              | ((bytes[at + 1] & 0xff) << 16)
              | ((bytes[at + 2] & 0xff) << 8)
              | (bytes[at + 3] & 0xff);
    }
    for (int t = 16; t < ROUNDS; t++) {
      int two = schedule[t - 2];
      int fifteen = schedule[t - 15];
      schedule[t] =
          (Integer.rotateRight(two, 17) ^ Integer.rotateRight(two, 19) ^ (two >>> 10))
              + schedule[t - 7]
              + (Integer.rotateRight(fifteen, 7)
                  ^ Integer.rotateRight(fifteen, 18)
                  ^ (fifteen >>> 3))
              + schedule[t - 16];
    }
    int a = state[0];
    int b = state[1];
    int c = state[2];
    int d = state[3];
    int e = state[4];
    int f = state[5];
    int g = state[6];
    int h = state[7];
    for (int t = 0; t < ROUNDS; t++) {
      int first =
          h
              + (Integer.rotateRight(e, 6)
                  ^ Integer.rotateRight(e, 11)
                  ^ Integer.rotateRight(e, 25))
              + ((e & f) ^ (~e & g))
              + CONSTANTS[t]
              + schedule[t];
      int second =
          (Integer.rotateRight(a, 2) ^ Integer.rotateRight(a, 13) ^ Integer.rotateRight(a, 22))
              + ((a & b) ^ (a & c) ^ (b & c));
      h = g;
      g = f;
      f = e;
      e = d + first;
      d = c;
      c = b;
      b = a;
      a = first + second;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
    state[5] += f;
    state[6] += g;
    state[7] += h;
  }

  /**
   * Takes the rest of the text and its end into {@code state} (§5.1.1).
   *
   * @param before how many bytes the state has taken, in whole blocks
   * @return the digest, 32 bytes
   */
  static byte[] end(int[] state, byte[] rest, long before) {
    int whole = rest.length / BLOCK_BYTES * BLOCK_BYTES;
    for (int at = 0; at < whole; at += BLOCK_BYTES) {
      take(state, rest, at);
    }
    int left = rest.length - whole;
    byte[] last = new byte[left + 9 <= BLOCK_BYTES ? BLOCK_BYTES : 2 * BLOCK_BYTES];
    System.arraycopy(rest, whole, last, 0, left);
    last[left] = (byte) 0x80;
    putBigEndian(last, last.length - 8, (before + rest.length) * 8, 8);
    for (int at = 0; at < last.length; at += BLOCK_BYTES) {
      take(state, last, at);
    }
    byte[] digest = new byte[4 * state.length];
    for (int i = 0; i < state.length; i++) {
      putBigEndian(digest, 4 * i, state[i], 4);
    }
    return digest;
  }

  private static void putBigEndian(byte[] into, int at, long value, int bytes) {
    for (int i = 0; i < bytes; i++) {
      into[at + i] = (byte) (value >>> (8 * (bytes - 1 - i)));
    }
  }
}
