package dev.stoker.agent.session;

import dev.stoker.agent.launch.SessionBinding;
import dev.stoker.openjd.expr.SymbolTable;
import dev.stoker.openjd.pathmap.PathMapping;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * What a session needs to know.
 *
 * @param control a folder to make for its shim; its name names the session
 * @param folders its folders, made
 * @param binding what holds for every action
 * @param baseVariables the variables that every action starts from
 * @param addedVariables variables to add to those of an action; renderer profiles are attached here
 * @param symbols {@code Param.*} and {@code RawParam.*}, mapped
 * @param pathMapping for the rules file
 * @param keepsRedacted whether the job has the extension REDACTED_ENV_VARS
 */
public record SessionSettings(
    Path control,
    SessionFolders folders,
    SessionBinding binding,
    Map<String, String> baseVariables,
    UnaryOperator<Map<String, String>> addedVariables,
    SymbolTable symbols,
    PathMapping pathMapping,
    boolean keepsRedacted) {
  public SessionSettings {
    baseVariables = Map.copyOf(baseVariables);
  }
}
