package dev.stoker.agent.preview;

/**
 * A channel of an OpenEXR image.
 *
 * @param type 0 unsigned 32 bits, 1 half, 2 float
 * @param xSampling one sample every so many pixels
 * @param ySampling likewise, of rows
 */
record ExrChannel(String name, int type, int xSampling, int ySampling) {
  static final int HALF = 1;
  static final int FLOAT = 2;

  int bytes() {
    return type == HALF ? 2 : 4;
  }

  /** Samples in pixels from one place to another, both included. */
  static int samples(int from, int to, int sampling) {
    return Math.floorDiv(to, sampling) - Math.floorDiv(from - 1, sampling);
  }

  boolean hasRow(int y) {
    return Math.floorMod(y, ySampling) == 0;
  }
}
