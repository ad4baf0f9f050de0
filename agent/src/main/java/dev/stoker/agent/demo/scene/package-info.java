/**
 * The scene that the demo renders: a lake among mountains under a moving sun, with balloons over
 * it. Terrain, meshes, placements and textures are computed here from one seed, so that nothing has
 * to be downloaded; a Blender (or POV-Ray) script assembles them into a real production layout: a
 * shot that links libraries, relative paths, image textures. The same seed gives the same bytes.
 */
@NullMarked
package dev.stoker.agent.demo.scene;

import org.jspecify.annotations.NullMarked;
