// Fused multiply-add on IEEE 754 binary16: y = a*b + c, rounded once, to nearest with ties to even.
//
// Subnormals are numbers like any other, on both sides. A NaN operand, inf - inf and 0 * inf give the canonical quiet NaN
// 7E00. An exact zero from operands of opposite sign is +0. A result every cycle while `enable` is high, STAGES cycles
// after its operands; while it is low everything keeps still.
//
//   1 multiply            significands, exponents, special operands
//   2 align               the addend to the product
//   3 add                 or subtract, and take the magnitude
//   4 normalise           count leading zeros and shift, as far as the exponent reaches
//   5 round               and pack
//
// The sum's window of 41 bits, and one below it for what is lost:   40..30 addend, not shifted
//                                                                   29..28 two guard bits
//                                                                   27..6  product
//                                                                    5..1  room for a subnormal product's addend
//                                                                    0     sticky
// Bit k has the weight 2^(e - 55 + k), where e = max(ea + eb - 1, ec) and ea, eb, ec are biased exponents, 1 for subnormals.
// An addend with an exponent above that of the product's top position stays where it is, and the product is too small to
// matter other than by not being zero. One that is shifted out at the bottom only leaves a mark in the sticky bit; this
// cannot happen to an addend beside a product of a subnormal (it moves 29 places at most), so the product, which then
// may have few significant bits, always has what it needs for rounding.
module fp16_fma (
  input  logic        clk,
  input  logic        enable,
  input  logic [15:0] a,
  input  logic [15:0] b,
  input  logic [15:0] c,
  output logic [15:0] y
);

  localparam int          W   = 41;
  localparam logic [15:0] NAN = 16'h7e00;

  // Stage 1: multiply.
  wire a_zero = a[14:0] == 15'd0;
  wire b_zero = b[14:0] == 15'd0;
  wire a_top  = &a[14:10];
  wire b_top  = &b[14:10];
  wire c_top  = &c[14:10];
  wire a_nan  = a_top && |a[9:0];
  wire b_nan  = b_top && |b[9:0];
  wire c_nan  = c_top && |c[9:0];
  wire a_inf  = a_top && !(|a[9:0]);
  wire b_inf  = b_top && !(|b[9:0]);
  wire c_inf  = c_top && !(|c[9:0]);

  wire [10:0] ma = {|a[14:10], a[9:0]};
  wire [10:0] mb = {|b[14:10], b[9:0]};
  wire [10:0] mc = {|c[14:10], c[9:0]};
  wire [4:0]  ea = {a[14:11], a[10] || !(|a[14:10])};
  wire [4:0]  eb = {b[14:11], b[10] || !(|b[14:10])};
  wire [4:0]  ec = {c[14:11], c[10] || !(|c[14:10])};

  wire sign_p = a[15] ^ b[15];
  wire inf_p  = (a_inf || b_inf);
  wire nan    = a_nan || b_nan || c_nan || (a_inf && b_zero) || (a_zero && b_inf) ||
                (inf_p && c_inf && (sign_p ^ c[15]));

  wire [5:0] exponent_p = {1'b0, ea} + {1'b0, eb} - 6'd1;   // 1 .. 59
  wire [6:0] distance   = {1'b0, exponent_p} - {2'b0, ec};  // -29 .. 58
  wire       addend_top = distance[6];

  logic [21:0] product1;
  logic [10:0] addend1;
  logic [5:0]  exponent1, shift1;
  logic        sign_p1, sign_c1;
  logic        special1;
  logic [15:0] special_value1;

  always_ff @(posedge clk) begin
    if (enable) begin
      product1       <= {11'd0, ma} * {11'd0, mb};
      addend1        <= mc;
      exponent1      <= addend_top ? {1'b0, ec} : exponent_p;
      shift1         <= addend_top ? 6'd0 : distance[5:0];
      sign_p1        <= sign_p;
      sign_c1        <= c[15];
      special1       <= nan || inf_p || c_inf;
      special_value1 <= nan ? NAN : {inf_p ? sign_p : c[15], 15'h7c00};
    end
  end

  // Stage 2: align. Twice the width, so that what leaves the window can be seen.
  wire [2*W-1:0] unshifted = {addend1, {(2 * W - 11){1'b0}}};
  wire [2*W-1:0] shifted   = unshifted >> shift1;

  logic [21:0]  product2;
  logic [W-1:0] addend2;
  logic [5:0]   exponent2;
  logic         sign_p2, sign_c2, special2;
  logic [15:0]  special_value2;

  always_ff @(posedge clk) begin
    if (enable) begin
      product2       <= product1;
      addend2        <= {shifted[2*W-1:W+1], |shifted[W:0]};
      exponent2      <= exponent1;
      sign_p2        <= sign_p1;
      sign_c2        <= sign_c1;
      special2       <= special1;
      special_value2 <= special_value1;
    end
  end

  // Stage 3: add. Of the two differences one is not negative; both are there at once.
  wire         subtract = sign_p2 ^ sign_c2;
  wire [W:0]   wide_p   = {8'd0, 6'd0, product2, 6'd0};
  wire [W:0]   wide_c   = {1'b0, addend2};
  wire [W:0]   p_and_c  = wide_p + (subtract ? ~wide_c : wide_c) + {{W{1'b0}}, subtract};
  wire [W-1:0] c_less_p = wide_c[W-1:0] - wide_p[W-1:0];
  wire         negative = subtract && p_and_c[W];

  logic [W-1:0] magnitude3;
  logic [5:0]   exponent3;
  logic         sign3, special3;
  logic [15:0]  special_value3;

  always_ff @(posedge clk) begin
    if (enable) begin
      magnitude3     <= negative ? c_less_p : p_and_c[W-1:0];
      // Exact zero: the common sign, or + where there is none.
      sign3          <= !subtract ? sign_p2 : negative ? sign_c2 : sign_p2 && |p_and_c;
      exponent3      <= exponent2;
      special3       <= special2;
      special_value3 <= special_value2;
    end
  end

  // Stage 4: normalise. A result too small for its exponent keeps leading zeros: it is subnormal.
  logic [5:0] zeros;
  always_comb begin
    zeros = 6'd41;
    for (int i = 0; i < W; i = i + 1) begin
      if (magnitude3[i]) zeros = 6'(W - 1 - i);
    end
  end

  wire [5:0]   reach      = exponent3 - 6'd1;
  wire [5:0]   places     = zeros < reach ? zeros : reach;
  wire [W-1:0] normal     = magnitude3 << places;
  wire [5:0]   exponent_n = normal[W-1] ? exponent3 - places : 6'd0;

  logic [9:0]  fraction4;
  logic [5:0]  exponent4;
  logic        round4, sticky4, sign4, special4;
  logic [15:0] special_value4;

  always_ff @(posedge clk) begin
    if (enable) begin
      fraction4      <= normal[W-2:W-11];
      exponent4      <= exponent_n;
      round4         <= normal[W-12];
      sticky4        <= |normal[W-13:0];
      sign4          <= sign3;
      special4       <= special3;
      special_value4 <= special_value3;
    end
  end

  // Stage 5: round. A carry out of the fraction is the right exponent, up to infinity.
  wire         up      = round4 && (sticky4 || fraction4[0]);
  wire [15:0]  rounded = {exponent4, fraction4} + {15'd0, up};
  wire         too_big = rounded[15] || &rounded[14:10];

  always_ff @(posedge clk) begin
    if (enable) y <= special4 ? special_value4 : too_big ? {sign4, 15'h7c00} : {sign4, rounded[14:0]};
  end

endmodule
