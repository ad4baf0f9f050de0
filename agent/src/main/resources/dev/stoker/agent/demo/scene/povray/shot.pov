// The demo's shot for POV-Ray: povray +Ishot.pov Declare=Frame=1, with Frame from 1 to 240.
#version 3.7;
#ifndef (Frame) #declare Frame = 1; #end
#declare T = (Frame - 1) / 239;
#macro Key(A, B, C) (T < 0.62 ? A + (B - A) * T / 0.62 : B + (C - B) * (T - 0.62) / 0.38) #end

global_settings { assumed_gamma 1.0 max_trace_level 6 }
#include "library/island.inc"
#include "library/balloon.inc"

#declare Rise = radians(Key(24, 10, 3.2));
light_source {
  1000 * <-cos(Rise) * 0.93, sin(Rise), -cos(Rise) * 0.37>
  color Key(<1.0, 0.92, 0.80> * 1.5, <1.0, 0.70, 0.42> * 1.5, <1.0, 0.42, 0.20> * 1.2)
  parallel point_at <0, 0, 0>
}
// The sky's own light, without shadows.
light_source { <0, 4000, -800> color Key(<0.28, 0.34, 0.44>, <0.26, 0.24, 0.32>, <0.11, 0.09, 0.17>) shadowless }
light_source { <800, 500, -2000> color Key(<0.10, 0.12, 0.15>, <0.10, 0.09, 0.12>, <0.05, 0.04, 0.07>) shadowless }

sky_sphere {
  pigment {
    gradient y
    color_map {
      [0.00 color Key(<0.70, 0.80, 0.90>, <0.95, 0.66, 0.44>, <0.90, 0.36, 0.18>)]
      [0.18 color Key(<0.36, 0.56, 0.84>, <0.56, 0.56, 0.66>, <0.40, 0.28, 0.38>)]
      [0.60 color Key(<0.13, 0.30, 0.66>, <0.22, 0.32, 0.56>, <0.09, 0.11, 0.26>)]
    }
  }
  pigment {
    bozo turbulence 0.6 octaves 6 omega 0.55 lambda 2.3
    scale <0.5, 0.14, 0.5>
    color_map {
      [0.0 color rgbt <1, 1, 1, 1>]
      [0.5 color rgbt <1, 1, 1, 1>]
      [1.0 color Key(<1.0, 1.0, 1.0>, <1.0, 0.80, 0.66>, <0.90, 0.45, 0.36>) transmit 0.1]
    }
  }
}
// Thins out with height, or it would hide the sky.
fog {
  fog_type 2
  fog_offset 0
  fog_alt 45
  distance Key(1300, 1150, 1000)
  color Key(<0.60, 0.72, 0.86>, <0.82, 0.62, 0.48>, <0.45, 0.24, 0.22>)
}

object { Ground }
object { Forest }
object { Lake }

#macro Balloon(Picture, Start, End, Turn)
  union {
    object {
      Envelope
      texture {
        uv_mapping pigment { image_map { png Picture interpolate 2 } }
        finish { ambient 0 diffuse 0.9 }
      }
    }
    union {
      box { <-0.75, -3.8, -0.75>, <0.75, -2.6, 0.75> }
      cylinder { <-0.7, -2.6, -0.7>, <-0.9, 0.2, -0.9>, 0.05 }
      cylinder { <0.7, -2.6, -0.7>, <0.9, 0.2, -0.9>, 0.05 }
      cylinder { <-0.7, -2.6, 0.7>, <-0.9, 0.2, 0.9>, 0.05 }
      cylinder { <0.7, -2.6, 0.7>, <0.9, 0.2, 0.9>, 0.05 }
      texture { pigment { rgb <0.13, 0.06, 0.02> } finish { ambient 0 diffuse 0.9 } }
    }
    rotate y * degrees(-Turn * T)
    translate Start + (End - Start) * T
  }
#end
Balloon("textures/balloon_red.png", <-30, 10, -8>, <-8, 17, 8>, 0.9)
Balloon("textures/balloon_blue.png", <34, 26, 52>, <46, 36, 44>, -0.7)
Balloon("textures/balloon_gold.png", <4, 18, 105>, <-34, 40, 98>, 0.5)

camera {
  right x * 16 / 9
  angle 62
  location <-16, 9, -86> + <30, 3, 8> * T
  direction z
  look_at <-16, 9, -86> + <30, 3, 8> * T + <sin(radians(3 - 11 * T)) * -1, 0.08 + 0.03 * T, 1>
}
