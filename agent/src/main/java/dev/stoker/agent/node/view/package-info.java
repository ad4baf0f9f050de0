/**
 * A machine as people and scripts see it: the document of {@code stoker topology --json}, which
 * docs/node.md describes, a table and a picture. The command calls it. Pure.
 */
@NullMarked
package dev.stoker.agent.node.view;

import org.jspecify.annotations.NullMarked;
