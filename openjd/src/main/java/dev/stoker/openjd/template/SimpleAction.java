package dev.stoker.openjd.template;

import dev.stoker.openjd.expr.FormatString;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The short form {@code python: {script: …}} of FEATURE_BUNDLE_1 (2023-09, section 8), written out
 * as the script that it stands for.
 */
enum SimpleAction {
  BASH("bash", ".sh", null),
  CMD("cmd", ".bat", "/C"),
  NODE("node", ".js", null),
  POWERSHELL("powershell", ".ps1", "-File"),
  PYTHON("python", ".py", null);

  /** The file's name in the script written out; the template's own strings cannot name it. */
  private static final String FILE = "SimpleAction";

  private final String command;
  private final String suffix;
  // what the interpreter wants before the file's name
  private final @Nullable String prefix;

  SimpleAction(String command, String suffix, @Nullable String prefix) {
    this.command = command;
    this.suffix = suffix;
    this.prefix = prefix;
  }

  /** The key in the step, which is also the command. */
  String key() {
    return command;
  }

  StepScript read(Field field, ActionReader reader) {
    Fields fields = field.fields("script", "args", "timeout", "cancelation");
    List<FormatString> args = new ArrayList<>();
    if (prefix != null) {
      args.add(FormatString.literal(prefix));
    }
    args.add(FormatString.parse("{{Task.File." + FILE + "}}"));
    args.addAll(reader.args(fields.get("args")));
    Action onRun =
        new Action(
            FormatString.literal(command),
            args,
            reader.timeout(fields.get("timeout")),
            reader.cancelation(fields.get("cancelation")));
    FormatString data = fields.required("script").format(reader.host(), TextRule.NOT_EMPTY);
    return new StepScript(
        onRun,
        List.of(new EmbeddedFile(FILE, "simple_action" + suffix, false, data, EndOfLine.AUTO)));
  }
}
