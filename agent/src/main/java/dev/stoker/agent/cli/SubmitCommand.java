package dev.stoker.agent.cli;

import static java.util.stream.Collectors.toMap;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stoker.agent.config.ByteSize;
import dev.stoker.agent.config.Locations;
import dev.stoker.controller.client.ControllerClient;
import dev.stoker.controller.protocol.Jobs;
import dev.stoker.openjd.job.Job;
import dev.stoker.openjd.job.JobException;
import dev.stoker.openjd.param.DataFlow;
import dev.stoker.openjd.param.JobParameter;
import dev.stoker.openjd.template.EnvironmentTemplate;
import dev.stoker.openjd.template.Extension;
import dev.stoker.openjd.template.JobTemplate;
import dev.stoker.openjd.template.TemplateException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code stoker submit}: checks a job here, where the artist sits, and gives it to the controller.
 */
@Command(
    name = "submit",
    description = "Submit an OpenJD job template or job bundle.",
    sortOptions = false)
final class SubmitCommand implements Callable<Integer> {
  private final Context context;

  @Parameters(
      paramLabel = "TEMPLATE|BUNDLE",
      description = "A template (YAML or JSON), or a folder that holds template.yaml.")
  private @Nullable Path path;

  @Option(
      names = {"-p", "--parameter"},
      paramLabel = "NAME=VALUE",
      description = "Value of a job parameter.")
  private List<String> parameters = new ArrayList<>();

  @Option(
      names = "--location",
      paramLabel = "NAME=URI[,PATH]",
      description = "A tree that the job reads, and the paths under which the job names it.")
  private List<String> locationOptions = new ArrayList<>();

  @Option(
      names = "--output",
      paramLabel = "NAME=URI[,PATH]",
      description = "The same, and the job may write there.")
  private List<String> outputOptions = new ArrayList<>();

  @Option(
      names = "--env",
      paramLabel = "FILE",
      description = "Environment template to run the job in; outermost first.")
  private List<Path> environmentFiles = new ArrayList<>();

  @Option(
      names = "--priority",
      defaultValue = "50",
      description = "0 to 100, larger first (${DEFAULT-VALUE}).")
  private int priority;

  @Option(
      names = "--max-attempts",
      paramLabel = "N",
      defaultValue = "3",
      description = "How often a task is tried before the job fails (${DEFAULT-VALUE}).")
  private int maxAttempts;

  @Option(
      names = "--project",
      paramLabel = "NAME",
      defaultValue = "default",
      description = "Whose job it is (${DEFAULT-VALUE}).")
  private String project = "default";

  @Option(
      names = "--max-upload",
      paramLabel = "SIZE",
      defaultValue = "10GiB",
      description = "Upload no more than this of what lies in no location (${DEFAULT-VALUE}).")
  private String maxUpload = "10GiB";

  @Option(
      names = "--notify",
      paramLabel = "ADDRESS",
      description =
          "Tell https://HOST/PATH or mailto:NAME@HOST of the job's end, where the controller allows"
              + " it; may be repeated.")
  private List<String> told = List.of();

  @Option(names = "--watch", description = "Follow the job; exit 1 when it does not succeed.")
  private boolean watch;

  SubmitCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    List<Uploads.Upload> uploads = new ArrayList<>();
    Jobs.Definition definition = definition(uploads);
    try (ControllerClient client = context.client()) {
      Jobs.Submitted submitted = client.submit(definition, UUID.randomUUID().toString(), told);
      String jobId = submitted.jobId();
      submitted.warnings().forEach(context.err()::println);
      if (!watch) {
        if (context.json()) {
          context.printJson(new SubmittedJob(jobId, uploads, submitted.warnings()));
        } else {
          context.out().println(jobId);
        }
        return 0;
      }
      context.err().println("Submitted " + jobId);
      return JobWatchCommand.watch(context, client, jobId);
    }
  }

  /** What {@code --json} prints. */
  record SubmittedJob(String jobId, List<Uploads.Upload> uploads, List<String> warnings) {
    SubmittedJob {
      warnings = List.copyOf(warnings);
      uploads = List.copyOf(uploads);
    }
  }

  /**
   * @param uploads where what was uploaded is told
   */
  private Jobs.Definition definition(List<Uploads.Upload> uploads) {
    Path given = context.folder().resolve(Objects.requireNonNull(path));
    JobBundle bundle = JobBundle.read(given);
    List<JsonNode> environments =
        environmentFiles.stream()
            .map(file -> JobBundle.document(context.folder().resolve(file)))
            .toList();
    Map<String, String> values = new LinkedHashMap<>(bundle.parameterValues());
    parameters.forEach(parameter -> put(values, parameter));
    Path templateFolder = bundle.templateFile().toAbsolutePath().normalize().getParent();
    Job job = job(bundle, environments, values, templateFolder);
    List<Jobs.Location> locations =
        Locations.of(context.settings().file().locations(), locationOptions, outputOptions);
    LocationCheck check = checkPaths(job, bundle, locations);
    uploads.addAll(
        new Uploads(context, ByteSize.parse("--max-upload", maxUpload))
            .send(locations, check.outside()));
    // Paths were relative to folders of this machine; the controller gets them absolute.
    job.pathParameters()
        .forEach(parameter -> values.put(parameter.name(), parameter.value().text()));
    return new Jobs.Definition(
        bundle.template(),
        environments,
        values,
        templateFolder == null ? "" : templateFolder.toString(),
        locations,
        project,
        priority,
        maxAttempts,
        new Jobs.Assets(
            bundle.references().inputs(),
            bundle.references().outputs(),
            uploads.stream().collect(toMap(Uploads.Upload::path, Uploads.Upload::at)),
            new DeclaredPins(context, project)
                .of(
                    locations,
                    paths(bundle.references().inputs(), job, DataFlow::isInput),
                    paths(bundle.references().outputs(), job, DataFlow::isOutput))));
  }

  /** Paths of a bundle, and those that parameters of this flow name, as far as known now. */
  private static List<String> paths(List<String> referenced, Job job, Predicate<DataFlow> flow) {
    return Stream.concat(
            referenced.stream(),
            job.pathParameters().stream()
                .filter(parameter -> flow.test(parameter.dataFlow()))
                .map(parameter -> parameter.value().text())
                .filter(path -> !path.isEmpty()))
        .toList();
  }

  private static void put(Map<String, String> values, String text) {
    int equals = text.indexOf('=');
    if (equals < 1) {
      throw CommandFailure.usage(
          "'-p %s' has no value; write it as -p NAME=VALUE.".formatted(text));
    }
    values.put(text.substring(0, equals), text.substring(equals + 1));
  }

  private Job job(
      JobBundle bundle,
      List<JsonNode> environments,
      Map<String, String> values,
      @Nullable Path templateFolder) {
    JobTemplate template =
        decode(bundle.templateFile(), () -> JobTemplate.decode(bundle.template(), Extension.ALL));
    List<EnvironmentTemplate> decoded = new ArrayList<>();
    for (int i = 0; i < environments.size(); i++) {
      JsonNode document = environments.get(i);
      decoded.add(
          decode(
              environmentFiles.get(i), () -> EnvironmentTemplate.decode(document, Extension.ALL)));
    }
    try {
      return Job.create(template, decoded, values, templateFolder, context.folder());
    } catch (JobException e) {
      throw CommandFailure.usage(
          listed("Cannot make a job of " + bundle.templateFile(), e.problems()));
    }
  }

  private static <T> T decode(Path file, Supplier<T> decoder) {
    try {
      return decoder.get();
    } catch (TemplateException e) {
      throw CommandFailure.usage(
          listed(
              file + " is not a valid template",
              e.problems().stream().map(Object::toString).toList()));
    }
  }

  private static LocationCheck checkPaths(
      Job job, JobBundle bundle, List<Jobs.Location> locations) {
    LocationCheck check = new LocationCheck(locations);
    for (JobParameter parameter : job.pathParameters()) {
      String value = parameter.value().text();
      if (value.isEmpty()) {
        continue;
      }
      String what = "The parameter '" + parameter.name() + "'";
      if (parameter.dataFlow().isInput()) {
        check.reads(what, value);
      }
      if (parameter.dataFlow().isOutput()) {
        check.writes(what, value);
      }
    }
    bundle.references().inputs().forEach(input -> check.reads("An input of the bundle", input));
    bundle
        .references()
        .outputs()
        .forEach(output -> check.writes("An output of the bundle", output));
    if (!check.problems().isEmpty()) {
      throw CommandFailure.usage(
          listed("The job names paths that no node could use", check.problems()));
    }
    return check;
  }

  /** One problem stays on the line; several get a line each. */
  private static String listed(String introduction, List<String> problems) {
    return problems.size() == 1
        ? introduction + ": " + problems.getFirst()
        : introduction + ":\n  " + String.join("\n  ", problems);
  }
}
