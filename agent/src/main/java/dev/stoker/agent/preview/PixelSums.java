package dev.stoker.agent.preview;

import java.awt.image.BufferedImage;

/**
 * Shrinks an image while it is read: every source pixel is added to the one of the small picture
 * that it falls on, in linear light, so that noise averages out as it does for the eye. Not
 * thread-safe.
 */
final class PixelSums {
  /** Brighter pixels would outshine all their neighbours. */
  private static final float BRIGHTEST = 16;

  /** Where the shoulder of the tone curve begins; below it colours are what the renderer said. */
  private static final float SHOULDER = 0.8f;

  private final int sourceWidth;
  private final int sourceHeight;
  private final int width;
  private final int height;
  private final float[] sums;
  private final int[] counts;

  PixelSums(int sourceWidth, int sourceHeight, int longestEdge) {
    this.sourceWidth = sourceWidth;
    this.sourceHeight = sourceHeight;
    double scale = Math.min(1, longestEdge / (double) Math.max(sourceWidth, sourceHeight));
    width = Math.max(1, (int) Math.round(sourceWidth * scale));
    height = Math.max(1, (int) Math.round(sourceHeight * scale));
    sums = new float[width * height * 3];
    counts = new int[width * height];
  }

  /** Every how many source rows are enough: four for each row of the picture. */
  int rowStride() {
    return Math.max(1, sourceHeight / (height * 4));
  }

  /** Adds a source pixel in linear light; one outside the image is left out. */
  void add(int x, int y, float red, float green, float blue) {
    if (x < 0 || y < 0 || x >= sourceWidth || y >= sourceHeight) {
      return;
    }
    int column = (int) ((long) x * width / sourceWidth);
    int row = (int) ((long) y * height / sourceHeight);
    int place = row * width + column;
    sums[place * 3] += bounded(red);
    sums[place * 3 + 1] += bounded(green);
    sums[place * 3 + 2] += bounded(blue);
    counts[place]++;
  }

  private static float bounded(float value) {
    return value > 0 ? Math.min(value, BRIGHTEST) : 0; // NaN is 0 as well
  }

  /** The mean of what fell on a pixel of the picture; 0 red, 1 green, 2 blue. */
  float linear(int x, int y, int channel) {
    int place = y * width + x;
    return sums[place * 3 + channel] / Math.max(1, counts[place]);
  }

  /** The picture, tone-mapped. */
  BufferedImage toned() {
    var image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int place = 0; place < counts.length; place++) {
      int count = Math.max(1, counts[place]);
      int rgb = 0;
      for (int channel = 0; channel < 3; channel++) {
        rgb = rgb << 8 | toned(sums[place * 3 + channel] / count);
      }
      image.setRGB(place % width, place / width, rgb);
    }
    return image;
  }

  private static int toned(float linear) {
    float rest = 1 - SHOULDER;
    double soft =
        linear <= SHOULDER
            ? linear
            : SHOULDER + rest * (1 - Math.exp(-(linear - SHOULDER) / rest / 4));
    double encoded =
        soft <= 0.0031308 ? soft * 12.92 : 1.055 * Math.pow(soft, 1 / 2.4) - 0.055; // sRGB
    return Math.clamp(Math.round(encoded * 255), 0, 255);
  }
}
