package dev.stoker.openjd.job;

import dev.stoker.openjd.expr.FormatString;
import dev.stoker.openjd.template.Action;
import dev.stoker.openjd.template.Cancelation;
import dev.stoker.openjd.template.Environment;
import dev.stoker.openjd.template.EnvironmentScript;
import dev.stoker.openjd.template.StepScript;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes the numbers of actions literal; commands, arguments and files stay for the node to fill in.
 */
record ActionResolver(Resolver resolver) {

  List<Environment> environments(List<Environment> environments, String place) {
    List<Environment> resolved = new ArrayList<>();
    for (int i = 0; i < environments.size(); i++) {
      resolved.add(environment(environments.get(i), place + "[" + i + "]"));
    }
    return resolved;
  }

  Environment environment(Environment environment, String place) {
    EnvironmentScript script = environment.script();
    if (script == null) {
      return environment;
    }
    String actions = place + " -> script -> actions";
    Action onExit = script.onExit();
    EnvironmentScript resolved =
        new EnvironmentScript(
            action(script.onEnter(), actions + " -> onEnter"),
            onExit == null ? null : action(onExit, actions + " -> onExit"),
            script.embeddedFiles());
    return new Environment(
        environment.name(), environment.description(), resolved, environment.variables());
  }

  StepScript script(StepScript script, String place) {
    return new StepScript(
        action(script.onRun(), place + " -> script -> actions -> onRun"), script.embeddedFiles());
  }

  private Action action(Action action, String place) {
    return new Action(
        action.command(),
        action.args(),
        resolver.literalInteger(action.timeout(), Long.MAX_VALUE, place + " -> timeout"),
        cancelation(action.cancelation(), place + " -> cancelation"));
  }

  private Cancelation cancelation(Cancelation cancelation, String place) {
    return switch (cancelation) {
      case Cancelation.Terminate terminate -> terminate;
      case Cancelation.NotifyThenTerminate(FormatString period) ->
          new Cancelation.NotifyThenTerminate(notifyPeriod(period, place));
      case Cancelation.Deferred(FormatString mode, FormatString period) ->
          new Cancelation.Deferred(mode, notifyPeriod(period, place));
    };
  }

  private @Nullable FormatString notifyPeriod(@Nullable FormatString period, String place) {
    return resolver.literalInteger(
        period,
        Cancelation.NotifyThenTerminate.MAX_NOTIFY_PERIOD_SECONDS,
        place + " -> notifyPeriodInSeconds");
  }
}
