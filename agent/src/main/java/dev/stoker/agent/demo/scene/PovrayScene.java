package dev.stoker.agent.demo.scene;

import java.awt.image.BufferedImage;
import java.awt.image.WritableRaster;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import javax.imageio.ImageIO;

/**
 * The same valley for POV-Ray: a 16-bit height field, image maps, and include files as its library.
 * Made without POV-Ray, which has nothing to assemble.
 */
final class PovrayScene {
  private static final int HEIGHT_FIELD_PIXELS = 1024;
  private static final int BALLOON_COLUMNS = 64;
  private static final int BALLOON_ROWS = 40;

  /** The height field spans these metres from black to white. */
  private static final double LOWEST = -20;

  private static final double HIGHEST = 180;

  private PovrayScene() {}

  static void write(Path scene, Landscape land) throws IOException {
    Path textures = Files.createDirectories(scene.resolve("textures"));
    Path library = Files.createDirectories(scene.resolve("library"));
    HeightMap heights = new HeightMap(land, HEIGHT_FIELD_PIXELS);
    writeHeights(textures.resolve("heights.png"), heights);
    Textures.terrain(textures.resolve("terrain.png"), land, heights, 1024);
    SceneInputs.writeBalloonTextures(textures);
    writeBalloon(library.resolve("balloon.inc"));
    writeTrees(library.resolve("forest.inc"), heights);
    for (String name : new String[] {"shot.pov", "library/island.inc"}) {
      try (InputStream in = PovrayScene.class.getResourceAsStream("povray/" + name)) {
        if (in == null) {
          throw new FileNotFoundException("povray/" + name + " is not in Stoker's jar");
        }
        Files.write(scene.resolve(name), in.readAllBytes());
      }
    }
  }

  private static void writeHeights(Path file, HeightMap heights) throws IOException {
    int size = HEIGHT_FIELD_PIXELS;
    BufferedImage image = new BufferedImage(size, size, BufferedImage.TYPE_USHORT_GRAY);
    WritableRaster raster = image.getRaster();
    for (int row = 0; row < size; row++) {
      double y = Noise.mix(Landscape.NORTH, Landscape.SOUTH, (row + 0.5) / size);
      for (int column = 0; column < size; column++) {
        double x = Noise.mix(Landscape.WEST, Landscape.EAST, (column + 0.5) / size);
        double share = (heights.height(x, y) - LOWEST) / (HIGHEST - LOWEST);
        raster.setSample(column, row, 0, (int) (65535 * Math.clamp(share, 0.0, 1.0)));
      }
    }
    ImageIO.write(image, "png", file.toFile());
  }

  /** POV-Ray's y is up: x stays, our y becomes z. */
  private static void writeBalloon(Path file) throws IOException {
    QuadMesh.Surface balloon = Shapes.balloon();
    int perRow = BALLOON_COLUMNS + 1;
    try (Writer out = Files.newBufferedWriter(file)) {
      out.write("#declare Envelope = mesh2 {\n  vertex_vectors { ");
      out.write(Integer.toString(perRow * (BALLOON_ROWS + 1)));
      for (int row = 0; row <= BALLOON_ROWS; row++) {
        for (int column = 0; column <= BALLOON_COLUMNS; column++) {
          double[] p = balloon.at(column / (double) BALLOON_COLUMNS, row / (double) BALLOON_ROWS);
          out.write(String.format(Locale.ROOT, ",\n<%.4f,%.4f,%.4f>", p[0], p[2], p[1]));
        }
      }
      out.write("\n  }\n  uv_vectors { " + perRow * (BALLOON_ROWS + 1));
      for (int row = 0; row <= BALLOON_ROWS; row++) {
        for (int column = 0; column <= BALLOON_COLUMNS; column++) {
          out.write(
              String.format(
                  Locale.ROOT,
                  ",\n<%.5f,%.5f>",
                  column / (double) BALLOON_COLUMNS,
                  row / (double) BALLOON_ROWS));
        }
      }
      out.write("\n  }\n  face_indices { " + 2 * BALLOON_COLUMNS * BALLOON_ROWS);
      for (int row = 0; row < BALLOON_ROWS; row++) {
        for (int column = 0; column < BALLOON_COLUMNS; column++) {
          int a = row * perRow + column;
          int c = a + perRow + 1;
          out.write(",\n<%d,%d,%d>,<%d,%d,%d>".formatted(a, a + 1, c, a, c, c - 1));
        }
      }
      out.write("\n  }\n}\n");
    }
  }

  private static void writeTrees(Path file, HeightMap heights) throws IOException {
    try (Writer out = Files.newBufferedWriter(file)) {
      out.write("#declare Forest = union {\n");
      for (SceneInputs.Place tree : SceneInputs.trees(heights)) {
        out.write(
            String.format(
                Locale.ROOT,
                "object { Tree%d scale %.3f rotate y*%.0f translate <%.2f,%.2f,%.2f> }\n",
                tree.shape(),
                tree.scale(),
                Math.toDegrees(tree.turn()),
                tree.x(),
                tree.z(),
                tree.y()));
      }
      out.write("}\n");
    }
  }
}
