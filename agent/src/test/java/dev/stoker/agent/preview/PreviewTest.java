package dev.stoker.agent.preview;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pictures of files that Blender wrote, of others that nobody should, and of damaged ones. */
@Timeout(120)
class PreviewTest {
  private static final int WIDTH = 203;
  private static final int HEIGHT = 151;
  private static final Duration LONG = Duration.ofSeconds(20);

  @TempDir static Path written;
  @TempDir Path folder;

  @BeforeAll
  static void blenderWrites() throws Exception {
    boolean installed = Files.isExecutable(Path.of("/usr/bin/blender"));
    if ("true".equals(System.getenv("CI"))) {
      assertTrue(installed, "there is no blender");
    }
    Assumptions.assumeTrue(installed, "there is no blender; install it");
    Path script = written.resolve("write.py");
    // Noise from -4 to 8: enough different half floats for the 16-bit path of PIZ.
    Files.writeString(
        script,
        """
        import bpy, math, array
        W, H = %d, %d
        scene = bpy.context.scene
        image = bpy.data.images.new("noise", W, H, alpha=True, float_buffer=True)
        def noise(x, y, c):
            v = math.sin(x * 12.9898 + y * 78.233 + c * 37.719) * 43758.5453
            return (v - math.floor(v)) * 12 - 4
        def smooth(x, y, c):
            return (x * (c + 1) + y) / 400.0
        for kind, f in (("noise", noise), ("smooth", smooth)):
            pixels = array.array("f")
            for y in range(H):
                for x in range(W):
                    pixels.extend((f(x, y, 0), f(x, y, 1), f(x, y, 2), 1.0))
            image.pixels.foreach_set(pixels)
            settings = scene.render.image_settings
            settings.file_format = "OPEN_EXR"
            settings.color_mode = "RGBA"
            for depth in ("16", "32"):
                settings.color_depth = depth
                for codec in ("NONE", "ZIP", "PIZ", "RLE", "ZIPS", "PXR24"):
                    settings.exr_codec = codec
                    image.save_render("%s/%%s-%%s-%%s.exr" %% (kind, codec, depth), scene=scene)
        scene.render.engine = "CYCLES"
        scene.cycles.samples = 1
        scene.cycles.use_denoising = False
        scene.render.resolution_x, scene.render.resolution_y, scene.render.resolution_percentage = 96, 64, 100
        settings.file_format = "OPEN_EXR_MULTILAYER"
        settings.exr_codec = "PIZ"
        bpy.context.view_layer.use_pass_z = True
        bpy.context.view_layer.use_pass_normal = True
        scene.render.filepath = "%s/layers.exr"
        bpy.ops.render.render(write_still=True)
        """
            .formatted(WIDTH, HEIGHT, written, written));
    Process blender =
        new ProcessBuilder("/usr/bin/blender", "-b", "--factory-startup", "-P", script.toString())
            .redirectErrorStream(true)
            .redirectOutput(written.resolve("blender.log").toFile())
            .start();
    assertTrue(blender.waitFor(100, TimeUnit.SECONDS), "blender hangs");
    assertTrue(
        Files.exists(written.resolve("layers.exr")),
        () -> {
          try {
            return Files.readString(written.resolve("blender.log"));
          } catch (IOException e) {
            return e.toString();
          }
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"NONE", "RLE", "ZIPS", "ZIP", "PIZ"})
  void everyPixelThatBlenderWroteIsReadBack(String codec) throws IOException {
    for (String kind : List.of("noise", "smooth")) {
      for (String depth : List.of("16", "32")) {
        Path file = written.resolve(kind + "-" + codec + "-" + depth + ".exr");
        PixelSums sums = ExrReader.read(file, 256, LONG);
        for (int y = 0; y < HEIGHT; y++) {
          for (int x = 0; x < WIDTH; x++) {
            for (int c = 0; c < 3; c++) {
              // Blender's rows begin below.
              double exact =
                  kind.equals("noise") ? noise(x, HEIGHT - 1 - y, c) : smooth(x, HEIGHT - 1 - y, c);
              double expected = Math.clamp(exact, 0, 16);
              double found = sums.linear(x, y, c);
              assertEquals(
                  expected,
                  found,
                  Math.abs(exact) / 1_000 + 1e-4,
                  file + " at " + x + "," + y + "," + c);
            }
          }
        }
      }
    }
  }

  private static double noise(int x, int y, int c) {
    double v = Math.sin(x * 12.9898 + y * 78.233 + c * 37.719) * 43758.5453;
    return (v - Math.floor(v)) * 12 - 4;
  }

  private static double smooth(int x, int y, int c) {
    return (x * (c + 1) + y) / 400.0;
  }

  @Test
  void aFileOfManyLayersShowsTheBeautyPass() throws IOException {
    BufferedImage picture = picture(written.resolve("layers.exr"));
    assertEquals(96, picture.getWidth());
    assertEquals(64, picture.getHeight());
    // Blender's default cube: grey, neither black nor white, in the middle of a grey world.
    int red = picture.getRGB(48, 32) >> 16 & 0xFF;
    assertTrue(red > 20 && red < 250, "red is " + red);
  }

  @Test
  void aCompressionThatIsNotReadHasNoPicture() {
    assertThrows(
        IOException.class, () -> Preview.of(written.resolve("smooth-PXR24-16.exr"), 65_536, LONG));
  }

  @Test
  void largeImagesBecomeSmallOnesOfTheSameLook() throws IOException {
    for (String format : List.of("png", "jpg")) {
      var image = new BufferedImage(3_000, 1_500, BufferedImage.TYPE_INT_RGB);
      for (int y = 0; y < 1_500; y++) {
        for (int x = 0; x < 3_000; x++) {
          image.setRGB(x, y, x < 1_500 ? 0xC04020 : 0x2040C0);
        }
      }
      Path file = folder.resolve("large." + format);
      ImageIO.write(image, format, file.toFile());
      BufferedImage picture = picture(file);
      assertEquals(256, picture.getWidth());
      assertEquals(128, picture.getHeight());
      assertEquals(0xC0, picture.getRGB(40, 60) >> 16 & 0xFF, 8);
      assertEquals(0xC0, picture.getRGB(220, 60) & 0xFF, 8);
    }
  }

  @Test
  void noiseFitsTheLimit() throws IOException {
    var random = new Random(1);
    var image = new BufferedImage(256, 256, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 65_536; i++) {
      image.setRGB(i & 255, i >> 8, random.nextInt());
    }
    Path file = folder.resolve("noise.png");
    ImageIO.write(image, "png", file.toFile());
    Optional<byte[]> picture = Preview.of(file, 65_536, LONG);
    assertTrue(picture.isPresent() && picture.get().length <= 65_536);
  }

  @Test
  void tilesAreReadLevelZeroOnly() throws IOException {
    Path file = folder.resolve("tiles.exr");
    Files.write(file, tiled(70, 50, 32, 16, true));
    PixelSums sums = ExrReader.read(file, 256, LONG);
    for (int y = 0; y < 50; y++) {
      for (int x = 0; x < 70; x++) {
        assertEquals(x / 100f, sums.linear(x, y, 0), 1e-6);
        assertEquals(y / 100f, sums.linear(x, y, 1), 1e-6);
      }
    }
  }

  @Test
  void anImageThatIsLargerThanItsFileCostsNothing() throws IOException {
    byte[] file = tiled(70, 50, 32, 16, false);
    int at = new String(file, StandardCharsets.ISO_8859_1).indexOf("dataWindow\0box2i\0") + 21;
    ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putInt(at + 8, Integer.MAX_VALUE);
    Path huge = folder.resolve("huge.exr");
    Files.write(huge, file);
    assertThrows(IOException.class, () -> Preview.of(huge, 65_536, LONG));
    Path bomb = folder.resolve("bomb.png");
    Files.write(bomb, pngHead(1_000_000, 1_000_000));
    assertThrows(IOException.class, () -> Preview.of(bomb, 65_536, LONG));
  }

  @Test
  void whateverIsInAFileThereIsAPictureOrNone() throws IOException {
    long seed = Long.getLong("stoker.test.seed", System.nanoTime());
    var random = new Random(seed);
    ImageIO.write(
        new BufferedImage(64, 64, BufferedImage.TYPE_INT_RGB),
        "png",
        folder.resolve("a.png").toFile());
    ImageIO.write(
        new BufferedImage(64, 64, BufferedImage.TYPE_INT_RGB),
        "jpg",
        folder.resolve("a.jpg").toFile());
    Files.write(folder.resolve("a.exr"), tiled(70, 50, 32, 16, true));
    List<Path> sound =
        List.of(
            written.resolve("noise-PIZ-16.exr"),
            written.resolve("smooth-PIZ-32.exr"),
            written.resolve("smooth-ZIP-16.exr"),
            written.resolve("smooth-RLE-16.exr"),
            written.resolve("layers.exr"),
            folder.resolve("a.exr"),
            folder.resolve("a.png"),
            folder.resolve("a.jpg"));
    Path damaged = folder.resolve("damaged");
    long end =
        System.nanoTime()
            + TimeUnit.SECONDS.toNanos(Integer.getInteger("stoker.test.fuzzSeconds", 4));
    int pictures = 0;
    int tries = 0;
    while (System.nanoTime() < end) {
      byte[] file = Files.readAllBytes(sound.get(random.nextInt(sound.size())));
      for (int i = 1 + random.nextInt(6); i > 0; i--) {
        int reach = random.nextBoolean() ? Math.min(1_000, file.length) : file.length;
        file[random.nextInt(reach)] = (byte) random.nextInt();
      }
      int length = random.nextInt(4) == 0 ? random.nextInt(file.length) : file.length;
      Files.write(damaged, java.util.Arrays.copyOf(file, length));
      tries++;
      long start = System.nanoTime();
      try {
        pictures += Preview.of(damaged, 65_536, Duration.ofSeconds(2)).isPresent() ? 1 : 0;
      } catch (IOException e) {
        // None, then.
      } catch (RuntimeException | Error e) {
        Assertions.fail("seed " + seed + ": " + e, e);
      }
      assertTrue(System.nanoTime() - start < TimeUnit.SECONDS.toNanos(10), "seed " + seed);
    }
    System.out.printf("seed %d: %d damaged files, %d still had a picture%n", seed, tries, pictures);
    assertTrue(pictures > 0 && pictures < tries);
  }

  private static BufferedImage picture(Path file) throws IOException {
    return ImageIO.read(new ByteArrayInputStream(Preview.of(file, 65_536, LONG).orElseThrow()));
  }

  private static byte[] pngHead(int width, int height) throws IOException {
    var bytes = new ByteArrayOutputStream();
    ImageIO.write(new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB), "png", bytes);
    byte[] file = bytes.toByteArray();
    ByteBuffer.wrap(file).putInt(16, width).putInt(20, height);
    var crc = new java.util.zip.CRC32();
    crc.update(file, 12, 17);
    ByteBuffer.wrap(file).putInt(29, (int) crc.getValue());
    return file;
  }

  /** An uncompressed tiled file: red grows to the right, green downwards. */
  private static byte[] tiled(int width, int height, int tileWidth, int tileHeight, boolean levels)
      throws IOException {
    var bytes = new ByteArrayOutputStream();
    var out = new DataOutputStream(bytes);
    little(out, 20_000_630, 2 | 0x200);
    out.writeBytes("channels\0chlist\0");
    little(out, 3 * 18 + 1);
    for (String name : List.of("B", "G", "R")) {
      out.writeBytes(name + "\0");
      little(out, 2, 0, 1, 1);
    }
    out.writeByte(0);
    out.writeBytes("compression\0compression\0");
    little(out, 1);
    out.writeByte(0);
    for (String window : List.of("dataWindow", "displayWindow")) {
      out.writeBytes(window + "\0box2i\0");
      little(out, 16, 0, 0, width - 1, height - 1);
    }
    out.writeBytes("tiles\0tiledesc\0");
    little(out, 9, tileWidth, tileHeight);
    out.writeByte(levels ? 1 : 0);
    int most = levels ? 31 - Integer.numberOfLeadingZeros(Math.max(width, height)) : 0;
    var tiles = new ByteArrayOutputStream();
    var tile = new DataOutputStream(tiles);
    int count = 0;
    for (int level = 0; level <= most; level++) {
      int wide = Math.max(1, width >> level);
      int high = Math.max(1, height >> level);
      for (int row = 0; row * tileHeight < high; row++) {
        for (int column = 0; column * tileWidth < wide; column++) {
          count++;
          int w = Math.min(tileWidth, wide - column * tileWidth);
          int h = Math.min(tileHeight, high - row * tileHeight);
          little(tile, column, row, level, level, w * h * 12);
          for (int y = 0; y < h; y++) {
            for (int channel = 0; channel < 3; channel++) {
              for (int x = 0; x < w; x++) {
                float value =
                    level > 0
                        ? 9
                        : channel == 0
                            ? 0
                            : (channel == 1 ? row * tileHeight + y : column * tileWidth + x) / 100f;
                little(tile, Float.floatToIntBits(value));
              }
            }
          }
        }
      }
    }
    out.writeByte(0);
    out.write(new byte[8 * count]);
    tiles.writeTo(out);
    return bytes.toByteArray();
  }

  private static void little(DataOutputStream out, int... numbers) throws IOException {
    for (int number : numbers) {
      out.writeInt(Integer.reverseBytes(number));
    }
  }
}
