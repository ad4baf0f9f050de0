package dev.stoker.agent.cli;

import dev.stoker.agent.config.Release;
import dev.stoker.agent.demo.Demo;
import dev.stoker.agent.demo.DemoFailure;
import dev.stoker.agent.demo.DemoOptions;
import dev.stoker.agent.demo.Renderer;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code stoker demo}: the main job on real input, on this machine alone. */
@Command(
    name = "demo",
    description = {
      "Make a scene, push it to Blob storage (an emulator), render it on this machine through",
      "a controller, a cache and an agent, and bring the frames back with a report."
    },
    footer = {
      "",
      "In a source tree ./stoker demo also takes --yes, which installs without asking, and",
      "--no-install, which only checks what is missing."
    },
    sortOptions = false)
final class DemoCommand implements Callable<Integer> {
  private final Context context;

  @Option(
      names = "--frames",
      paramLabel = "N",
      defaultValue = "8",
      description = "How many frames to render (${DEFAULT-VALUE}).")
  private int frames = 8;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = "stoker-demo",
      description = "Where frames, contact sheet and report go (${DEFAULT-VALUE}).")
  private Path out = Path.of("stoker-demo");

  @Option(
      names = "--renderer",
      paramLabel = "blender|povray",
      defaultValue = "blender",
      description = "What to render with (${DEFAULT-VALUE}).")
  private String renderer = "blender";

  @Option(names = "--no-browser", description = "Do not show the report in a browser.")
  private boolean noBrowser;

  @Option(names = "--keep", description = "Leave the services up until Ctrl-C.")
  private boolean keep;

  DemoCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() throws InterruptedException {
    DemoOptions options;
    try {
      options =
          new DemoOptions(
              frames,
              context.folder().resolve(out),
              context.settings().data().resolve("demo"),
              !noBrowser,
              keep,
              renderer(),
              DemoOptions.WHOLE_RESOLUTION);
    } catch (DemoFailure e) {
      throw CommandFailure.usage(String.valueOf(e.getMessage()));
    }
    try (Shutdown shutdown = Shutdown.onSignals()) {
      Demo demo =
          shutdown.closing(
              new Demo(
                  options,
                  context.environment(),
                  context.out(),
                  context.terminal(),
                  Release.version()));
      return demo.run();
    } catch (DemoFailure e) {
      throw CommandFailure.failed(String.valueOf(e.getMessage()));
    }
  }

  private Renderer renderer() {
    return switch (renderer.toLowerCase(Locale.ROOT)) {
      case "blender" -> Renderer.BLENDER;
      case "povray" -> Renderer.POVRAY;
      default ->
          throw CommandFailure.usage(
              "--renderer is '%s'; allowed are blender and povray.".formatted(renderer));
    };
  }
}
