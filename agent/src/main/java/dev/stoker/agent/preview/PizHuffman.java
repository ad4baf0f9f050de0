package dev.stoker.agent.preview;

import java.io.IOException;

/**
 * The Huffman code of PIZ: 16-bit symbols with codes of up to 58 bits, and one symbol that repeats
 * the one before. Longer codes have the smaller numbers. Not thread-safe.
 */
final class PizHuffman {
  private static final int HEAD_BYTES = 20;
  private static final int SYMBOLS = (1 << 16) + 1;
  private static final int LONGEST_CODE = 58;

  /** Lengths 59 to 62 stand for 2 to 5 symbols without a code, 63 for a number that follows. */
  private static final int SHORT_GAP = 59;

  private static final int LONG_GAP = 63;
  private static final int SHORTEST_LONG_GAP = 6;

  /** Codes up to this long are found by one look. */
  private static final int TABLE_BITS = 12;

  private final byte[] bytes;
  private final int end;
  private int at;
  private long window;
  private int windowBits;

  private final byte[] lengths = new byte[SYMBOLS];
  private final long[] firstCode = new long[LONGEST_CODE + 2];
  private final int[] firstPlace = new int[LONGEST_CODE + 2];
  private final int[] count = new int[LONGEST_CODE + 2];
  private int[] ordered = new int[0];
  private final int[] table = new int[1 << TABLE_BITS];

  private PizHuffman(byte[] bytes, int at, int end) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  /** Decodes exactly so many symbols. */
  static char[] decode(byte[] bytes, int from, int length, int symbols) throws IOException {
    char[] out = new char[symbols];
    if (length == 0) {
      if (symbols > 0) {
        throw new IOException("A PIZ chunk has no code.");
      }
      return out;
    }
    if (length < HEAD_BYTES) {
      throw new IOException("A PIZ chunk is too short.");
    }
    int least = int32(bytes, from);
    int most = int32(bytes, from + 4);
    long bits = int32(bytes, from + 12) & 0xFFFFFFFFL;
    if (least < 0 || most < least || most >= SYMBOLS) {
      throw new IOException("A PIZ chunk has a code for symbols that do not exist.");
    }
    var huffman = new PizHuffman(bytes, from + HEAD_BYTES, from + length);
    huffman.readLengths(least, most);
    huffman.assignCodes(least, most);
    huffman.alignToByte();
    if (bits > 8L * (huffman.end - huffman.at)) {
      throw new IOException("A PIZ chunk announces more bits than it has.");
    }
    huffman.read(out, most, bits);
    return out;
  }

  private void readLengths(int least, int most) throws IOException {
    for (int symbol = least; symbol <= most; symbol++) {
      int length = (int) bits(6);
      if (length < SHORT_GAP) {
        lengths[symbol] = (byte) length;
        continue;
      }
      int gap = length == LONG_GAP ? (int) bits(8) + SHORTEST_LONG_GAP : length - SHORT_GAP + 2;
      if (gap > most + 1 - symbol) {
        throw new IOException("A PIZ chunk has a gap beyond its code.");
      }
      symbol += gap - 1;
    }
  }

  private void assignCodes(int least, int most) throws IOException {
    for (int symbol = least; symbol <= most; symbol++) {
      count[lengths[symbol]]++;
    }
    count[0] = 0;
    long code = 0;
    int place = 0;
    for (int length = LONGEST_CODE; length >= 1; length--) {
      firstCode[length] = code;
      firstPlace[length] = place;
      place += count[length];
      code += count[length];
      if (code > 1L << length) {
        throw new IOException("A PIZ chunk has more codes than bits for them.");
      }
      code >>= 1;
    }
    ordered = new int[place];
    int[] next = firstPlace.clone();
    for (int symbol = least; symbol <= most; symbol++) {
      if (lengths[symbol] > 0) {
        ordered[next[lengths[symbol]]++] = symbol;
      }
    }
    for (int length = 1; length <= TABLE_BITS; length++) {
      for (int i = 0; i < count[length]; i++) {
        int from = (int) (firstCode[length] + i) << (TABLE_BITS - length);
        int entry = ordered[firstPlace[length] + i] << 6 | length;
        java.util.Arrays.fill(table, from, from + (1 << (TABLE_BITS - length)), entry);
      }
    }
  }

  private void read(char[] out, int repeat, long bits) throws IOException {
    long left = bits;
    int to = 0;
    while (to < out.length) {
      int entry = next();
      int length = entry & 63;
      int symbol = entry >> 6;
      left -= length;
      if (symbol == repeat) {
        int times = (int) bits(8);
        left -= 8;
        if (to == 0 || times > out.length - to) {
          throw new IOException("A PIZ chunk repeats what is not there.");
        }
        java.util.Arrays.fill(out, to, to + times, out[to - 1]);
        to += times;
      } else {
        out[to++] = (char) symbol;
      }
      if (left < 0) {
        throw new IOException("A PIZ chunk ends in the middle.");
      }
    }
  }

  /** The next symbol, and how many bits its code has. */
  private int next() throws IOException {
    fill();
    int entry = table[(int) (window >>> (64 - TABLE_BITS))];
    if (entry != 0) {
      drop(entry & 63);
      return entry;
    }
    for (int length = TABLE_BITS + 1; length <= LONGEST_CODE; length++) {
      if (length > windowBits) {
        break;
      }
      long code = window >>> (64 - length);
      long place = code - firstCode[length];
      if (place >= 0 && place < count[length]) {
        drop(length);
        return ordered[firstPlace[length] + (int) place] << 6 | length;
      }
    }
    throw new IOException("A PIZ chunk has bits that are no code.");
  }

  private long bits(int wanted) throws IOException {
    fill();
    if (windowBits < wanted) {
      throw new IOException("A PIZ chunk ends in the middle.");
    }
    long value = window >>> (64 - wanted);
    drop(wanted);
    return value;
  }

  private void drop(int bits) throws IOException {
    if (bits > windowBits) {
      throw new IOException("A PIZ chunk ends in the middle.");
    }
    window <<= bits;
    windowBits -= bits;
  }

  /**
   * Keeps at least 57 bits at hand; a longer code would need more samples than a chunk can have.
   */
  private void fill() {
    while (windowBits <= 56 && at < end) {
      window |= (bytes[at++] & 0xFFL) << (56 - windowBits);
      windowBits += 8;
    }
  }

  /** The table of lengths ends in whole bytes; what was read ahead is given back. */
  private void alignToByte() {
    at -= windowBits / 8;
    window = 0;
    windowBits = 0;
  }

  private static int int32(byte[] bytes, int at) {
    return (bytes[at] & 0xFF)
        | (bytes[at + 1] & 0xFF) << 8
        | (bytes[at + 2] & 0xFF) << 16
        | (bytes[at + 3] & 0xFF) << 24;
  }
}
