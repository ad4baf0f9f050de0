/**
 * Job and environment templates: {@link dev.stoker.openjd.template.TemplateReader} turns text into
 * a document, {@link dev.stoker.openjd.template.JobTemplate} and {@link
 * dev.stoker.openjd.template.EnvironmentTemplate} decode a document into records. Used by job
 * creation, by the command line and by the controller.
 *
 * <p>The invariant: a decoded template is valid as far as a template can be without parameter
 * values; otherwise decoding threw, naming every problem with its path.
 */
@NullMarked
package dev.stoker.openjd.template;

import org.jspecify.annotations.NullMarked;
