/**
 * The one binary's command line: each command is a class that reads its options, calls an engine in
 * another package and prints what came of it. Only {@link dev.stoker.agent.cli.Main} is for others.
 * Whatever happens, the user sees one sentence and an exit code: 0 done, 1 failed, 2 usage; no
 * stack trace reaches a terminal.
 */
@NullMarked
package dev.stoker.agent.cli;

import org.jspecify.annotations.NullMarked;
