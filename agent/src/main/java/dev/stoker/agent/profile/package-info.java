/**
 * What Stoker knows of renderers, as data: one YAML file each says how its log reads and which
 * start-up scripts make it refuse a frame that lacks an input. Sessions ask for the variables to
 * add and feed the log through a {@link dev.stoker.agent.profile.LogReader}; a studio adds profiles
 * as files. A frame whose inputs nobody checked is reported as bad, never passed over.
 */
@NullMarked
package dev.stoker.agent.profile;

import org.jspecify.annotations.NullMarked;
