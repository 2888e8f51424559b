// The rules of the two streams and of the counters as concurrent assertions, bound to every `nmpu`, ours or another.
// For simulators only: kept out of the directory of the design, whose subset of the language is smaller.
module nmpu_checks #(
  parameter int DATA_W   = 1,
  parameter int LANES    = 1,
  parameter int IN_W     = 1,
  parameter int PSUM_W   = 1
) (
  input logic                    clk,
  input logic                    rst_n,
  input logic                    in_valid,
  input logic                    in_ready,
  input logic                    in_last,
  input logic [1:0]              in_addend,
  input logic [1:0]              in_rounding,
  input logic [LANES*IN_W-1:0]   in_cp,
  input logic [LANES*IN_W-1:0]   in_cn,
  input logic [LANES*PSUM_W-1:0] in_psum,
  input logic                    out_valid,
  input logic                    out_ready,
  input logic                    out_last,
  input logic [DATA_W-1:0]       out_data,
  input logic                    saturated_clear,
  input logic [31:0]             saturated_psums,
  input logic [31:0]             saturated_activations
);

  // Beats inside: none leaves that did not enter, and no more are inside than any sensible pipeline holds.
  localparam int MOST = 16;
  logic [7:0] held;
  wire enters = in_valid && in_ready;
  wire leaves = out_valid && out_ready;

  always_ff @(posedge clk) begin
    if (!rst_n) held <= 8'd0;
    else held <= held + {7'd0, enters} - {7'd0, leaves};
  end

  nothing_from_nowhere: assert property (@(posedge clk) disable iff (!rst_n) out_valid |-> held != 8'd0)
    else $error("nmpu: a beat comes out that did not go in");
  bounded: assert property (@(posedge clk) disable iff (!rst_n) held <= MOST[7:0])
    else $error("nmpu: more beats are inside than were given out in %0d", MOST);

  // A beat that waits stays as it is, on both sides.
  input_waits: assert property (@(posedge clk) disable iff (!rst_n)
      in_valid && !in_ready |=> in_valid && $stable(in_last) && $stable(in_cp) && $stable(in_cn) && $stable(in_psum))
    else $error("nmpu: a waiting input beat changed");
  output_waits: assert property (@(posedge clk) disable iff (!rst_n)
      out_valid && !out_ready |=> out_valid && $stable(out_last) && $stable(out_data))
    else $error("nmpu: a waiting output beat changed");

  // Reserved values never enter.
  addend_known: assert property (@(posedge clk) disable iff (!rst_n) in_valid |-> in_addend != 2'd3)
    else $error("nmpu: in_addend has the reserved value 3");
  rounding_known: assert property (@(posedge clk) disable iff (!rst_n) in_valid |-> in_rounding != 2'd3)
    else $error("nmpu: in_rounding has the reserved value 3");

  // Nothing is accepted in reset, and the counters begin at zero after it.
  reset_refuses: assert property (@(posedge clk) !rst_n |-> !in_ready)
    else $error("nmpu: in_ready is high in reset");
  reset_empties: assert property (@(posedge clk)
      !rst_n |=> !out_valid && saturated_psums == 32'd0 && saturated_activations == 32'd0)
    else $error("nmpu: reset left a beat or a count");

  // Counters change only when a beat leaves or they are cleared.
  counts_leaving: assert property (@(posedge clk) disable iff (!rst_n)
      !leaves && !saturated_clear |=> $stable(saturated_psums) && $stable(saturated_activations))
    else $error("nmpu: a saturation counter changed although no beat left");

endmodule

bind nmpu nmpu_checks #(.DATA_W($bits(out_data)), .LANES($bits(in_keep)), .IN_W($bits(in_cp) / $bits(in_keep)),
                        .PSUM_W($bits(in_psum) / $bits(in_keep))) checks (.*);
