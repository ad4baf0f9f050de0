package dev.stoker.openjd.template;

import dev.stoker.openjd.expr.FormatString;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads actions.
 *
 * @param host what commands and arguments may name: they are resolved on the node
 * @param template what timeouts may name: they are resolved when the job is created
 */
record ActionReader(Scope host, Scope template) {
  Action read(Field field) {
    Fields fields = field.fields("command", "args", "timeout", "cancelation");
    return new Action(
        fields.required("command").format(host, TextRule.COMMAND),
        args(fields.get("args")),
        timeout(fields.get("timeout")),
        cancelation(fields.get("cancelation")));
  }

  List<FormatString> args(Field field) {
    return field.elements(Integer.MAX_VALUE).stream()
        .map(arg -> arg.format(host, TextRule.ARGUMENT))
        .toList();
  }

  @Nullable FormatString timeout(Field field) {
    return field.present()
        ? new NumberField(field, template, Extension.FEATURE_BUNDLE_1).integer(1, Long.MAX_VALUE)
        : null;
  }

  Cancelation cancelation(Field field) {
    if (!field.present()) {
      return new Cancelation.Terminate();
    }
    Fields fields = field.fields("mode", "notifyPeriodInSeconds");
    Field period = fields.get("notifyPeriodInSeconds");
    Field mode = fields.required("mode");
    if (field.context().has(Extension.FEATURE_BUNDLE_1) && mode.isFormat()) {
      return new Cancelation.Deferred(mode.format(host, TextRule.NOT_EMPTY), notifyPeriod(period));
    }
    return switch (mode.choice(Mode.class)) {
      case TERMINATE -> {
        if (period.present()) {
          period.problem("A notify period needs the mode NOTIFY_THEN_TERMINATE.");
        }
        yield new Cancelation.Terminate();
      }
      case NOTIFY_THEN_TERMINATE -> new Cancelation.NotifyThenTerminate(notifyPeriod(period));
    };
  }

  private @Nullable FormatString notifyPeriod(Field period) {
    return period.present()
        ? new NumberField(period, template, Extension.FEATURE_BUNDLE_1)
            .integer(1, Cancelation.NotifyThenTerminate.MAX_NOTIFY_PERIOD_SECONDS)
        : null;
  }

  private enum Mode {
    TERMINATE,
    NOTIFY_THEN_TERMINATE
  }
}
