package dev.stoker.agent.demo.scene;

/**
 * Gradient noise and its sums over octaves (K. Perlin, "Improving Noise", SIGGRAPH 2002), with a
 * hash instead of the permutation table so that a seed is one number. Immutable.
 */
final class Noise {

  private final int seed;

  Noise(int seed) {
    this.seed = seed;
  }

  /** Smooth, −1 to 1, mean 0. */
  double at(double x, double y, double z) {
    int xi = (int) Math.floor(x);
    int yi = (int) Math.floor(y);
    int zi = (int) Math.floor(z);
    double fx = x - xi;
    double fy = y - yi;
    double fz = z - zi;
    double u = fade(fx);
    double v = fade(fy);
    double w = fade(fz);
    double low =
        mix(
            mix(slope(xi, yi, zi, fx, fy, fz), slope(xi + 1, yi, zi, fx - 1, fy, fz), u),
            mix(
                slope(xi, yi + 1, zi, fx, fy - 1, fz),
                slope(xi + 1, yi + 1, zi, fx - 1, fy - 1, fz),
                u),
            v);
    double high =
        mix(
            mix(
                slope(xi, yi, zi + 1, fx, fy, fz - 1),
                slope(xi + 1, yi, zi + 1, fx - 1, fy, fz - 1),
                u),
            mix(
                slope(xi, yi + 1, zi + 1, fx, fy - 1, fz - 1),
                slope(xi + 1, yi + 1, zi + 1, fx - 1, fy - 1, fz - 1),
                u),
            v);
    return mix(low, high, w);
  }

  double at(double x, double y) {
    return at(x, y, 0.5);
  }

  /** Octaves of halving weight and doubling frequency; about −1 to 1. */
  double sum(double x, double y, double z, int octaves) {
    double total = 0;
    double weight = 0.5;
    double scale = 1;
    for (int i = 0; i < octaves; i++) {
      total += weight * at(x * scale + 17.3 * i, y * scale - 9.1 * i, z * scale + 3.7 * i);
      weight *= 0.5;
      scale *= 2.03;
    }
    return total * 1.6;
  }

  double sum(double x, double y, int octaves) {
    return sum(x, y, 0.5, octaves);
  }

  /** Sharp crests, 0 to 1: the ridged sum of F. K. Musgrave. */
  double ridges(double x, double y, int octaves) {
    double total = 0;
    double weight = 0.5;
    double scale = 1;
    double previous = 1;
    for (int i = 0; i < octaves; i++) {
      double ridge = 1 - Math.abs(at(x * scale + 31.7 * i, y * scale + 11.9 * i)) * 1.4;
      ridge = Math.max(0, ridge) * Math.max(0, ridge);
      total += weight * ridge * previous;
      previous = ridge;
      weight *= 0.5;
      scale *= 2.07;
    }
    return total;
  }

  private double slope(int x, int y, int z, double fx, double fy, double fz) {
    return switch (hash(x, y, z) % 12) {
      case 0 -> fx + fy;
      case 1 -> -fx + fy;
      case 2 -> fx - fy;
      case 3 -> -fx - fy;
      case 4 -> fx + fz;
      case 5 -> -fx + fz;
      case 6 -> fx - fz;
      case 7 -> -fx - fz;
      case 8 -> fy + fz;
      case 9 -> -fy + fz;
      case 10 -> fy - fz;
      default -> -fy - fz;
    };
  }

  private int hash(int x, int y, int z) {
    int h = seed * 0x9E3779B1 ^ x * 0x85EBCA6B ^ y * 0xC2B2AE35 ^ z * 0x27D4EB2F;
    h ^= h >>> 15;
    h *= 0x2C1B3C6D;
    h ^= h >>> 12;
    h *= 0x297A2D39;
    h ^= h >>> 15;
    return h & 0x7FFFFFFF;
  }

  static double fade(double t) {
    return t * t * t * (t * (t * 6 - 15) + 10);
  }

  static double mix(double a, double b, double t) {
    return a + (b - a) * t;
  }

  /** 0 below {@code from}, 1 above {@code to}, smooth between. */
  static double step(double from, double to, double x) {
    double t = Math.clamp((x - from) / (to - from), 0.0, 1.0);
    return t * t * (3 - 2 * t);
  }

  /** A number in [0, 1) for a lattice point. */
  double random(int x, int y) {
    return hash(x, y, 7) / (double) 0x80000000L;
  }
}
