package dev.stoker.benchmarks.peers;

import dev.stoker.io.testing.NginxServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * B7 for mapped files: Blender links one object of a large library, whose pages it faults in as it
 * meets them, and the kernel reads around each fault as far as its readahead says.
 */
@Command(name = "b7-library", description = "origin bytes when one object of a library is linked")
final class LinkedLibrary implements Callable<Void> {
  private static final int TIMEOUT_SECONDS = 120;
  private static final int OBJECTS = 200;

  /** 20 bytes each in Blender 3.4, 200 times: 182 MB. */
  private static final int VERTICES = 45_500;

  @Mixin private RunOptions options = new RunOptions();

  @Option(
      names = "--kernel-read-ahead",
      split = ",",
      description = "Of the mounts (${DEFAULT-VALUE}).")
  private List<String> kernelReadAheads = List.of("4KiB", "128KiB", "256KiB", "512KiB", "1MiB");

  @Override
  public Void call() throws IOException {
    try (Workplace place = Workplace.below(options.folder);
        NginxServer server = NginxServer.start()) {
      Path library = server.root().resolve("library.blend");
      var _ = blender(place, making(library));
      long libraryBytes = Files.size(library);
      List<String> said = new ArrayList<>();
      for (String kernelReadAhead : kernelReadAheads) {
        said.add(
            "%s %.1f MB".formatted(kernelReadAhead, brought(place, server, kernelReadAhead) / 1e6));
      }
      System.out.printf(
          "| %s | B7: bytes from the origin when Blender links one object of a library of %.0f MB,"
              + " by the kernel's readahead | `benchmarks/peers b7-library` | %s | not fetched whole;"
              + " ≤ 8 × what is touched (4 KiB), aim 2 × |%n",
          LocalDate.now(ZoneOffset.UTC), libraryBytes / 1e6, String.join(", ", said));
    }
    return null;
  }

  private long brought(Workplace place, NginxServer server, String kernelReadAhead) {
    long[] brought = new long[1];
    try (ShapedLink link = new ShapedLink(LinkShape.OPEN, server.port())) {
      new MountReads(options, place, kernelReadAhead, null)
          .mounted(
              MountReads.STOKER,
              link.url(),
              (name, peer, folder) -> {
                long before = link.deliveredBytes();
                int object = OBJECTS / 2;
                String said = blender(place, linking(folder.resolve("library.blend"), object));
                if (!said.contains("LINKED " + VERTICES)) {
                  throw new IllegalStateException("Blender linked nothing: " + said);
                }
                brought[0] = link.deliveredBytes() - before;
              });
    }
    return brought[0];
  }

  private static String blender(Workplace place, String script) {
    Path log = place.folder().resolve("blender.log");
    try {
      Process process =
          new ProcessBuilder(
                  "blender",
                  "-b",
                  "--factory-startup",
                  "--python-exit-code",
                  "1",
                  "--python-expr",
                  script)
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
        process.destroyForcibly();
        throw new IllegalStateException("Blender failed: " + Files.readString(log));
      }
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException("Interrupted while Blender ran.", e);
    }
  }

  private static String making(Path library) {
    return """
        import array, bpy, random
        random.seed(7)
        places = array.array('f', [random.random() for _ in range(3 * %d)])
        for i in range(%d):
          mesh = bpy.data.meshes.new('M%%d' %% i)
          mesh.vertices.add(%d)
          mesh.vertices.foreach_set('co', places)
          bpy.context.collection.objects.link(bpy.data.objects.new('O%%d' %% i, mesh))
        bpy.ops.wm.save_as_mainfile(filepath='%s', compress=False)
        """
        .formatted(VERTICES, OBJECTS, VERTICES, library);
  }

  private static String linking(Path library, int object) {
    return """
        import bpy
        with bpy.data.libraries.load('%s', link=True) as (there, wanted):
          wanted.objects = ['O%d']
        print('LINKED', len(bpy.data.objects['O%d'].data.vertices))
        """
        .formatted(library, object, object);
  }
}
