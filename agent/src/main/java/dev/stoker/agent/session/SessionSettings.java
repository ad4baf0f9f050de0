package dev.stoker.agent.session;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import dev.stoker.agent.launch.SessionBinding;
import dev.stoker.openjd.expr.SymbolTable;
import dev.stoker.openjd.expr.Value;
import dev.stoker.openjd.pathmap.PathMapping;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Supplier;
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
 * @param note asked before each action; what an agent that adopts the session gets back
 */
public record SessionSettings(
    Path control,
    SessionFolders folders,
    SessionBinding binding,
    Map<String, String> baseVariables,
    UnaryOperator<Map<String, String>> addedVariables,
    SymbolTable symbols,
    PathMapping pathMapping,
    boolean keepsRedacted,
    Supplier<JsonNode> note) {
  public SessionSettings {
    baseVariables = Map.copyOf(baseVariables);
  }

  /** The same for a session that nobody will adopt. */
  public SessionSettings(
      Path control,
      SessionFolders folders,
      SessionBinding binding,
      Map<String, String> baseVariables,
      UnaryOperator<Map<String, String>> addedVariables,
      SymbolTable symbols,
      PathMapping pathMapping,
      boolean keepsRedacted) {
    this(
        control,
        folders,
        binding,
        baseVariables,
        addedVariables,
        symbols,
        pathMapping,
        keepsRedacted,
        NullNode::getInstance);
  }

  Path rulesFile() {
    return folders.files().resolve("path_mapping.json");
  }

  /** {@link #symbols} and those of the session itself. */
  SymbolTable allSymbols() {
    return symbols.with(
        Map.of(
            "Session.WorkingDirectory",
            new Value.PathText(folders.work().toString()),
            "Session.HasPathMappingRules",
            new Value.Text("" + !pathMapping.rules().isEmpty()),
            "Session.PathMappingRulesFile",
            new Value.PathText(rulesFile().toString())));
  }
}
