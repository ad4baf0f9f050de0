package dev.stoker.agent.demo.scene;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;

/** The scene's image maps. */
final class Textures {
  private Textures() {}

  /** Linear red, green and blue of a pixel, 0 to 1; y grows downwards. */
  @FunctionalInterface
  private interface Paint {
    double[] at(int x, int y);
  }

  static void terrain(Path file, Landscape land, HeightMap heights, int size) throws IOException {
    png(
        file,
        size,
        size,
        (px, py) -> {
          double x = Noise.mix(Landscape.WEST, Landscape.EAST, (px + 0.5) / size);
          double y = Noise.mix(Landscape.NORTH, Landscape.SOUTH, (py + 0.5) / size);
          return land.colour(x, y, heights.height(x, y), heights.steepness(x, y));
        });
  }

  /** Gores of two colours with a band about the middle. */
  static void balloon(Path file, double[] first, double[] second, double[] band)
      throws IOException {
    int width = 1024;
    int height = 512;
    Noise noise = new Noise(77);
    png(
        file,
        width,
        height,
        (px, py) -> {
          double v = 1 - py / (double) height;
          int gore = px * 16 / width;
          double wave = 0.55 + 0.035 * Math.cos(px * 16.0 / width * 2 * Math.PI);
          double[] cloth = gore % 2 == 0 ? first : second;
          boolean inBand = Math.abs(v - wave) < 0.055 || v < 0.12 || v > 0.94;
          double weave = 1 + 0.05 * noise.at(px / 24.0, py / 9.0);
          double seam = px * 16 % width < 40 ? 0.75 : 1;
          double[] c = inBand ? band : cloth;
          return new double[] {c[0] * weave * seam, c[1] * weave * seam, c[2] * weave * seam};
        });
  }

  static void needles(Path file) throws IOException {
    Noise noise = new Noise(51);
    double[] dark = {0.010, 0.028, 0.012};
    double[] light = {0.055, 0.095, 0.030};
    png(
        file,
        512,
        512,
        (px, py) ->
            Landscape.blend(
                dark,
                light,
                0.45
                    + 0.6 * noise.sum(px / 9.0, py / 30.0, 3)
                    + 0.25 * noise.sum(px / 120.0, py / 90.0, 2)));
  }

  static void stone(Path file) throws IOException {
    Noise noise = new Noise(52);
    double[] dark = {0.10, 0.09, 0.085};
    double[] light = {0.34, 0.31, 0.28};
    double[] moss = {0.09, 0.12, 0.03};
    png(
        file,
        1024,
        1024,
        (px, py) -> {
          double[] stone =
              Landscape.blend(dark, light, 0.5 + 0.7 * noise.sum(px / 90.0, py / 40.0, 5));
          return Landscape.blend(
              stone, moss, 0.8 * Noise.step(0.15, 0.4, noise.sum(px / 160.0, py / 160.0 + 9, 4)));
        });
  }

  /**
   * How much cloud stands in each direction, as a latitude-longitude picture: the upper half of a
   * layer seen from below. Red the cover, green how thick, blue unused.
   */
  static void clouds(Path file, int width, int height) throws IOException {
    Noise noise = new Noise(53);
    float[][] lines = new float[height][];
    IntStream.range(0, height)
        .parallel()
        .forEach(
            y -> {
              float[] line = new float[width * 2];
              double rise = Math.PI * (0.5 - (y + 0.5) / height);
              for (int x = 0; x < width && rise > 0; x++) {
                double turn = -2 * Math.PI * ((x + 0.5) / width - 0.5);
                double reach = Math.cos(rise) / (Math.sin(rise) + 0.07);
                double px = Math.cos(turn) * reach;
                double py = Math.sin(turn) * reach;
                double warp = 0.5 * noise.sum(px * 0.6, py * 0.6 + 50, 3);
                double body = noise.sum(px * 0.75 + warp, py * 1.15 - warp, 7);
                double fade = Noise.step(0.0, 0.10, rise);
                line[x * 2] = (float) (fade * Noise.step(-0.02, 0.42, body));
                line[x * 2 + 1] = (float) (fade * Noise.step(0.15, 0.75, body));
              }
              lines[y] = line;
            });
    ExrFile.write(
        file, width, height, (x, y) -> new float[] {lines[y][x * 2], lines[y][x * 2 + 1], 0});
  }

  private static void png(Path file, int width, int height, Paint paint) throws IOException {
    int[] pixels = new int[width * height];
    IntStream.range(0, height)
        .parallel()
        .forEach(
            y -> {
              for (int x = 0; x < width; x++) {
                double[] c = paint.at(x, y);
                pixels[y * width + x] = encoded(c[0]) << 16 | encoded(c[1]) << 8 | encoded(c[2]);
              }
            });
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    image.setRGB(0, 0, width, height, pixels, 0, width);
    if (!ImageIO.write(image, "png", file.toFile())) {
      throw new IOException("This Java writes no PNG; the demo needs the java.desktop module.");
    }
  }

  /** The sRGB transfer curve, IEC 61966-2-1. */
  private static int encoded(double linear) {
    double l = Math.clamp(linear, 0.0, 1.0);
    double s = l <= 0.0031308 ? 12.92 * l : 1.055 * Math.pow(l, 1 / 2.4) - 0.055;
    return (int) Math.round(s * 255);
  }
}
