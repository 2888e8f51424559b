// Number formats of the near-memory processing unit: the configuration `paper`, or `wide` where NMPU_WIDE is defined.
// Generated from models/nmpu/nmpu_format.yaml by scripts/gen_nmpu_format.py; do not edit.
package nmpu_pkg;

  // Bits of one count (unsigned), two per column.
  localparam int IN_W      = 12;
  // Integer bits of a scale (unsigned).
  localparam int SCALE_I   = 1;
  // Bits of a bias (signed, unit one count).
  localparam int BIAS_W    = 16;
  // Bits of a partial sum (signed, unit one count).
  localparam int PSUM_W    = 16;
  // Bits of an activation (signed).
  localparam int OUT_W     = 8;
  // Bits of each cut amount.
  localparam int CUT_W     = 4;
  // Parallel lanes.
  localparam int LANES     = 64;
  // Columns per lane the parameter memory can hold.
  localparam int MAX_BEATS = 16;
  // Pipeline registers: multiply | subtract and add | compress, saturate, activate.
  localparam int STAGES    = 3;

`ifdef NMPU_WIDE
  // Fraction bits of a scale.
  localparam int SCALE_F   = 15;
  // Integer bits of an offset, sign included.
  localparam int OFFSET_I  = 12;
  // Fraction bits of an offset.
  localparam int OFFSET_F  = 4;
  // Bits of the accumulator (signed, SCALE_F fraction bits).
  localparam int ACC_W     = 32;
`else
  // Fraction bits of a scale.
  localparam int SCALE_F   = 7;
  // Integer bits of an offset, sign included.
  localparam int OFFSET_I  = 7;
  // Fraction bits of an offset.
  localparam int OFFSET_F  = 1;
  // Bits of the accumulator (signed, SCALE_F fraction bits).
  localparam int ACC_W     = 25;
`endif

endpackage
