package dev.stoker.agent.demo.scene;

/**
 * The terrain as a function: a lake at height 0 around (0, 20), hills about it, mountains behind.
 * Metres; x to the right, y away from the camera, z up. Immutable.
 */
final class Landscape {
  static final double WEST = -260;
  static final double EAST = 260;
  static final double SOUTH = -140;
  static final double NORTH = 380;

  private final Noise noise;

  Landscape(int seed) {
    noise = new Noise(seed);
  }

  double height(double x, double y) {
    double bend = 30 * noise.sum(x / 90, y / 90, 3);
    double reach = Math.hypot((x + bend) / 105, (y - 25 + bend * 0.6) / 82);
    double shore = Noise.step(0.9, 1.9, reach);
    double bed = -6 + 8 * Noise.step(0.62, 1.12, reach);
    double hills = shore * (7 + 9 * noise.sum(x / 55 + 40, y / 55, 4));
    double back = Noise.step(60, 270, y) + 0.55 * Noise.step(100, 240, Math.abs(x));
    double mountains =
        150 * Noise.step(1.2, 3.4, reach) * back * noise.ridges(x / 170, y / 170 + 5, 7);
    double roughness = 0.5 * noise.sum(x / 7, y / 7, 4) * Noise.step(0.8, 1.3, reach);
    return bed + hills + mountains + roughness;
  }

  /** Linear colour of the ground, 0 to 1 each. */
  double[] colour(double x, double y, double height, double steepness) {
    double patch = noise.sum(x / 23 + 90, y / 23, 4);
    double grain = noise.sum(x / 2.1, y / 2.1 - 70, 3);
    double[] grass = blend(GRASS_DRY, GRASS_LUSH, Noise.step(-0.35, 0.35, patch));
    double[] ground = blend(SAND, grass, Noise.step(0.3, 1.6, height + 0.8 * grain));
    double rockiness = Noise.step(0.6, 1.0, steepness + 0.22 * grain + height / 260);
    double[] strata = blend(ROCK_DARK, ROCK_LIGHT, 0.5 + 0.5 * noise.sum(x / 60, height / 5, 3));
    ground = blend(ground, strata, rockiness);
    double snow =
        Noise.step(44, 66, height + 16 * patch) * (1 - 0.9 * Noise.step(1.1, 2.1, steepness));
    ground = blend(ground, SNOW, snow);
    double shade = 1 + 0.22 * grain;
    return new double[] {ground[0] * shade, ground[1] * shade, ground[2] * shade};
  }

  private static final double[] SAND = {0.42, 0.34, 0.22};
  private static final double[] GRASS_DRY = {0.22, 0.20, 0.055};
  private static final double[] GRASS_LUSH = {0.075, 0.14, 0.03};
  private static final double[] ROCK_DARK = {0.11, 0.095, 0.085};
  private static final double[] ROCK_LIGHT = {0.27, 0.23, 0.20};
  private static final double[] SNOW = {0.86, 0.88, 0.93};

  static double[] blend(double[] a, double[] b, double t) {
    double f = Math.clamp(t, 0.0, 1.0);
    return new double[] {
      Noise.mix(a[0], b[0], f), Noise.mix(a[1], b[1], f), Noise.mix(a[2], b[2], f)
    };
  }
}
