// One lane of the NMPU: the parameters of the columns it serves, and the datapath of one column a cycle.
//
// The lane holds data registers only. Which of its three stages load is decided once for all lanes, in nmpu.sv, and so
// are the constants of the third stage.
module nmpu_lane #(
  parameter int MAX_BEATS = nmpu_pkg::MAX_BEATS,
  parameter int IN_W      = nmpu_pkg::IN_W,
  parameter int SCALE_I   = nmpu_pkg::SCALE_I,
  parameter int SCALE_F   = nmpu_pkg::SCALE_F,
  parameter int OFFSET_I  = nmpu_pkg::OFFSET_I,
  parameter int OFFSET_F  = nmpu_pkg::OFFSET_F,
  parameter int BIAS_W    = nmpu_pkg::BIAS_W,
  parameter int PSUM_W    = nmpu_pkg::PSUM_W,
  parameter int ACC_W     = nmpu_pkg::ACC_W,
  parameter int OUT_W     = nmpu_pkg::OUT_W,
  parameter int CUT_W     = nmpu_pkg::CUT_W,
  // Derived; not to be set.
  parameter int ROW_W     = $clog2(MAX_BEATS),
  parameter int SCALE_W   = SCALE_I + SCALE_F,
  parameter int OFFSET_W  = OFFSET_I + OFFSET_F
) (
  input  logic                             clk,

  input  logic                             write,
  input  logic        [ROW_W-1:0]          write_row,
  input  logic        [SCALE_W-1:0]        write_sp,
  input  logic        [SCALE_W-1:0]        write_sn,
  input  logic        [OFFSET_W-1:0]       write_offset,
  input  logic        [BIAS_W-1:0]         write_bias,

  input  logic                             load1,
  input  logic                             load2,
  input  logic                             load3,

  input  logic        [ROW_W-1:0]          row,
  input  logic        [IN_W-1:0]           cp,
  input  logic        [IN_W-1:0]           cn,
  input  logic        [PSUM_W-1:0]         psum,
  input  logic                             use_bias,
  input  logic                             use_psum,

  input  logic        [CUT_W-1:0]          cut_pre,
  input  logic        [CUT_W-1:0]          cut_post,
  input  logic signed [ACC_W-1:0]          round,
  input  logic        [ACC_W-1:0]          lowest,
  input  logic                             relu,
  input  logic signed [OUT_W-1:0]          zero_point,
  input  logic signed [PSUM_W-1:0]         low,
  input  logic signed [PSUM_W-1:0]         high,

  output logic signed [PSUM_W-1:0]         result,
  output logic                             saturated
);

  localparam int PROD_W  = IN_W + SCALE_W;
  localparam int PARAM_W = 2 * SCALE_W + OFFSET_W + BIAS_W;

  // Parameters: one word a column, {bias, offset, sn, sp}. Not cleared by reset.
  logic [PARAM_W-1:0] parameters [0:MAX_BEATS-1];

  always_ff @(posedge clk) begin
    if (write) parameters[write_row] <= {write_bias, write_offset, write_sn, write_sp};
  end

  wire [PARAM_W-1:0]          word   = parameters[row];
  wire [SCALE_W-1:0]          sp     = word[SCALE_W-1:0];
  wire [SCALE_W-1:0]          sn     = word[2*SCALE_W-1:SCALE_W];
  wire [OFFSET_W-1:0]         offset = word[2*SCALE_W+OFFSET_W-1:2*SCALE_W];
  wire [BIAS_W-1:0]           bias   = word[PARAM_W-1:2*SCALE_W+OFFSET_W];

  // Stage 1: multiply. Products are unsigned with SCALE_F fraction bits.
  logic [PROD_W-1:0]   product_p /* verilator public_flat_rd */;
  logic [PROD_W-1:0]   product_n /* verilator public_flat_rd */;
  logic [OFFSET_W-1:0] offset1;
  logic [PSUM_W-1:0]   addend1;

  always_ff @(posedge clk) begin
    if (load1) begin
      product_p <= {{SCALE_W{1'b0}}, cp} * {{IN_W{1'b0}}, sp};
      product_n <= {{SCALE_W{1'b0}}, cn} * {{IN_W{1'b0}}, sn};
      offset1   <= offset;
      addend1   <= use_psum ? psum : use_bias ? bias : {PSUM_W{1'b0}};
    end
  end

  // Stage 2: subtract and add. ACC_W bits hold the extremes of all four terms together: nothing wraps here.
  localparam int OFFSET_SHIFT = SCALE_F - OFFSET_F;
  localparam int ADDEND_SHIFT = SCALE_F;

  wire [ACC_W-1:0] wide_p = {{(ACC_W - PROD_W){1'b0}}, product_p};
  wire [ACC_W-1:0] wide_n = {{(ACC_W - PROD_W){1'b0}}, product_n};
  wire [ACC_W-1:0] wide_offset = {{(ACC_W - OFFSET_W){offset1[OFFSET_W-1]}}, offset1} << OFFSET_SHIFT;
  wire [ACC_W-1:0] wide_addend = {{(ACC_W - PSUM_W){addend1[PSUM_W-1]}}, addend1} << ADDEND_SHIFT;

  logic signed [ACC_W-1:0] acc /* verilator public_flat_rd */;

  always_ff @(posedge clk) begin
    if (load2) acc <= wide_p - wide_n + wide_offset + wide_addend;
  end

  // Stage 3: cut, round, cut, shift by the zero point, bound. The shifters' operands are signed, so >>> is arithmetic.
  localparam int SUM_W = ACC_W + 2;

  wire signed [ACC_W-1:0] kept    = acc >>> cut_pre;
  // Where ties go to the even neighbour, the lowest bit that stays decides.
  wire                    odd     = (kept & lowest) != {ACC_W{1'b0}};
  wire signed [SUM_W-1:0] rounded = {{2{kept[ACC_W-1]}}, kept} + {{2{round[ACC_W-1]}}, round} + {{(SUM_W - 1){1'b0}}, odd};
  wire signed [SUM_W-1:0] after   = rounded >>> cut_post;
  wire signed [SUM_W-1:0] shifted =
      after + {{(SUM_W - OUT_W){zero_point[OUT_W-1]}}, zero_point};
  wire signed [SUM_W-1:0] floor   = {{(SUM_W - PSUM_W){low[PSUM_W-1]}}, low};
  wire signed [SUM_W-1:0] ceiling = {{(SUM_W - PSUM_W){high[PSUM_W-1]}}, high};

  wire below = shifted < floor;
  wire above = shifted > ceiling;

  always_ff @(posedge clk) begin
    if (load3) begin
      result    <= below ? low : above ? high : shifted[PSUM_W-1:0];
      saturated <= above || (below && !relu);
    end
  end

endmodule
