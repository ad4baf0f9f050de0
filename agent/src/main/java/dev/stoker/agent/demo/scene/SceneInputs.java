package dev.stoker.agent.demo.scene;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Computes what the assembling script reads: raw meshes and placements, and the textures. */
public final class SceneInputs {
  private static final int SEED = 11;

  /** Quads along each side: with its attributes the terrain alone is some 80 MB in a .blend. */
  private static final int TERRAIN_QUADS = 640;

  private static final int TREE_SPACING_METRES = 5;
  private static final int BOULDER_SPACING_METRES = 9;

  /** What has a say in the scene, by its name in the jar. */
  private static final List<String> MAKERS =
      List.of(
          "landscape.py",
          "ExrFile.class",
          "HeightMap.class",
          "Landscape.class",
          "Noise.class",
          "PovrayScene.class",
          "QuadMesh.class",
          "SceneInputs.class",
          "Shapes.class",
          "Textures.class");

  private SceneInputs() {}

  /** Sixteen hexadecimal digits that change when anything that makes the scene does. */
  public static String fingerprint() throws IOException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (String maker : MAKERS) {
        digest.update(resource(maker));
      }
      return HexFormat.of().formatHex(digest.digest(), 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java has SHA-256", e);
    }
  }

  /** Run by Blender with the raw folder and the scene's folder as its last two arguments. */
  public static byte[] blenderScript() throws IOException {
    return resource("landscape.py");
  }

  /** A smaller scene of the same kind for POV-Ray, whole. */
  public static void writePovray(Path scene) throws IOException {
    PovrayScene.write(scene, new Landscape(SEED));
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream in = SceneInputs.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new FileNotFoundException(name + " is not in Stoker's jar");
      }
      return in.readAllBytes();
    }
  }

  /**
   * @param raw gets meshes and placements for the script
   * @param textures gets the image maps, which stay part of the scene
   */
  public static void write(Path raw, Path textures) throws IOException {
    Files.createDirectories(raw);
    Files.createDirectories(textures);
    Landscape land = new Landscape(SEED);
    HeightMap heights = new HeightMap(land, TERRAIN_QUADS);
    QuadMesh.write(
        raw.resolve("terrain.mesh"),
        TERRAIN_QUADS,
        TERRAIN_QUADS,
        (u, v) -> {
          double x = Noise.mix(Landscape.WEST, Landscape.EAST, u);
          double y = Noise.mix(Landscape.SOUTH, Landscape.NORTH, v);
          return new double[] {x, y, heights.height(x, y)};
        });
    QuadMesh.write(raw.resolve("conifer_a.mesh"), 96, 210, Shapes.conifer(21, 9.0, 2.3));
    QuadMesh.write(raw.resolve("conifer_b.mesh"), 96, 210, Shapes.conifer(22, 12.0, 2.5));
    QuadMesh.write(raw.resolve("conifer_c.mesh"), 96, 210, Shapes.conifer(23, 6.5, 2.1));
    QuadMesh.write(raw.resolve("boulder_a.mesh"), 180, 120, Shapes.boulder(31));
    QuadMesh.write(raw.resolve("boulder_b.mesh"), 180, 120, Shapes.boulder(32));
    QuadMesh.write(raw.resolve("boulder_c.mesh"), 180, 120, Shapes.boulder(33));
    QuadMesh.write(raw.resolve("balloon.mesh"), 192, 96, Shapes.balloon());
    writePlaces(raw.resolve("trees.places"), places(heights, true));
    writePlaces(raw.resolve("boulders.places"), places(heights, false));
    Textures.terrain(textures.resolve("terrain.png"), land, heights, 2048);
    Textures.needles(textures.resolve("needles.png"));
    Textures.stone(textures.resolve("stone.png"));
    writeBalloonTextures(textures);
    Textures.clouds(textures.resolve("clouds.exr"), 2048, 1024);
  }

  /** Between the camera and the lake; a few trees at the sides frame the picture. */
  private static boolean isInTheWay(double x, double y) {
    return (y < -34 && Math.abs(x) < 24 + 0.35 * (y + 90)) || y < -72;
  }

  static void writeBalloonTextures(Path textures) throws IOException {
    Textures.balloon(
        textures.resolve("balloon_red.png"),
        new double[] {0.62, 0.035, 0.02},
        new double[] {0.85, 0.70, 0.42},
        new double[] {0.75, 0.22, 0.02});
    Textures.balloon(
        textures.resolve("balloon_blue.png"),
        new double[] {0.02, 0.10, 0.36},
        new double[] {0.70, 0.78, 0.80},
        new double[] {0.02, 0.36, 0.42});
    Textures.balloon(
        textures.resolve("balloon_gold.png"),
        new double[] {0.80, 0.40, 0.03},
        new double[] {0.45, 0.06, 0.10},
        new double[] {0.88, 0.74, 0.45});
  }

  /**
   * Where something stands.
   *
   * @param turn about the vertical, radians
   * @param shape which of the three
   */
  record Place(double x, double y, double z, double turn, double scale, int shape) {}

  static List<Place> trees(HeightMap heights) {
    return places(heights, true);
  }

  private static List<Place> places(HeightMap heights, boolean trees) {
    Noise noise = new Noise(trees ? 61 : 62);
    List<Place> places = new ArrayList<>();
    int spacing = trees ? TREE_SPACING_METRES : BOULDER_SPACING_METRES;
    for (int row = 0; row * spacing < Landscape.NORTH - Landscape.SOUTH; row++) {
      for (int column = 0; column * spacing < Landscape.EAST - Landscape.WEST; column++) {
        double x = Landscape.WEST + spacing * (column + noise.random(column, row));
        double y = Landscape.SOUTH + spacing * (row + noise.random(column + 1000, row));
        double z = heights.height(x, y);
        double wish = noise.random(column, row + 1000);
        boolean stands =
            trees
                ? treeGrows(
                    x, y, z, heights.steepness(x, y), wish - 1.1 * noise.sum(x / 45, y / 45, 3))
                : z > -0.8 && z < 30 && wish < 0.10 + 0.30 * Noise.step(2.5, 0.2, Math.abs(z));
        if (stands) {
          double size = noise.random(column + 6, row + 6);
          double scale = trees ? 0.55 + 0.75 * size : 0.3 + 1.5 * size * size * size;
          double turn = 2 * Math.PI * noise.random(column + 7, row + 7);
          int shape = (int) (3 * noise.random(column + 8, row + 8));
          places.add(new Place(x, y, z - 0.1, turn, scale, shape));
        }
      }
    }
    return places;
  }

  private static boolean treeGrows(double x, double y, double z, double steepness, double wish) {
    return z > 1.2 && z < 52 && !isInTheWay(x, y) && steepness < 0.75 && wish < 0.42;
  }

  /** Six floats each: x, y, z, turn, scale, shape. */
  private static void writePlaces(Path file, List<Place> places) throws IOException {
    ByteBuffer out = ByteBuffer.allocate(6 * 4 * places.size()).order(ByteOrder.LITTLE_ENDIAN);
    for (Place place : places) {
      out.putFloat((float) place.x()).putFloat((float) place.y()).putFloat((float) place.z());
      out.putFloat((float) place.turn()).putFloat((float) place.scale()).putFloat(place.shape());
    }
    Files.write(file, out.array());
  }
}
