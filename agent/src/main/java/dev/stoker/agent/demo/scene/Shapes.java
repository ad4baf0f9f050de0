package dev.stoker.agent.demo.scene;

/** The things that stand in and float over the landscape, as surfaces around the origin; metres. */
final class Shapes {
  private Shapes() {}

  /** A conifer: skirts of drooping branches, each jagged in its own way; its foot at 0. */
  static QuadMesh.Surface conifer(int seed, double height, double width) {
    Noise noise = new Noise(seed);
    double skirts = 9 + 3 * noise.random(seed, 1);
    return (u, v) -> {
      double angle = 2 * Math.PI * u;
      double skirt = v * skirts;
      double within = skirt - Math.floor(skirt);
      double taper = Math.pow(1 - v, 0.85);
      double jag =
          noise.sum(Math.cos(angle) * 3.1, Math.sin(angle) * 3.1, Math.floor(skirt) * 1.7, 4)
              + 0.5 * noise.at(Math.cos(angle) * 14, Math.sin(angle) * 14, skirt * 3);
      double radius = width * taper * (0.35 + 0.65 * (1 - within)) * (1 + 0.38 * jag);
      double trunk = v < 0.06 ? 0.12 * width : radius;
      double droop = -0.05 * height * taper * (1 - within);
      double z = v < 0.06 ? v * height : v * height + droop;
      double lean = 0.04 * height * v * v * noise.random(seed, 2);
      return new double[] {Math.cos(angle) * trunk + lean, Math.sin(angle) * trunk, z};
    };
  }

  /** A boulder: a lumpy sphere with faces worn flat; its middle at 0. */
  static QuadMesh.Surface boulder(int seed) {
    Noise noise = new Noise(seed);
    return (u, v) -> {
      double angle = 2 * Math.PI * u;
      double rise = Math.PI * (v - 0.5);
      double x = Math.cos(angle) * Math.cos(rise);
      double y = Math.sin(angle) * Math.cos(rise);
      double z = Math.sin(rise);
      double radius = 1 + 0.35 * noise.sum(x * 1.3, y * 1.3, z * 1.3, 2);
      for (int face = 0; face < 9; face++) {
        double turn = 2 * Math.PI * noise.random(face, 1);
        double up = 2 * noise.random(face, 2) - 1;
        double flat = Math.sqrt(1 - up * up);
        double facing = x * Math.cos(turn) * flat + y * Math.sin(turn) * flat + z * up;
        double cut = 0.72 + 0.2 * noise.random(face, 3);
        radius = facing > 0.1 ? Math.min(radius, cut / facing) : radius;
      }
      radius += 0.05 * noise.sum(x * 5, y * 5, z * 5, 5);
      return new double[] {x * radius, y * radius, 0.75 * z * radius};
    };
  }

  /** A hot-air balloon's envelope of 16 gores, 20 m high; its mouth at 0. */
  static QuadMesh.Surface balloon() {
    return (u, v) -> {
      double angle = 2 * Math.PI * u;
      double t = v * Math.PI;
      // A sphere drawn out towards the mouth.
      double profile = Math.sin(Math.pow(v, 1.3) * Math.PI);
      double radius = 8.2 * Math.max(profile, v < 0.5 ? 0.13 : 0.0);
      double gore = 1 - 0.035 * Math.pow(Math.abs(Math.cos(8 * angle)), 6);
      double z = 10 * (1 - Math.cos(t));
      return new double[] {Math.cos(angle) * radius * gore, Math.sin(angle) * radius * gore, z};
    };
  }
}
