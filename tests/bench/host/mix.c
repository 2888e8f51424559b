/* Work of the kind general benchmarks of microcontrollers are made of: linked lists, small
 * matrices of 16-bit values, a state machine over text, and a CRC over the results. */
#include <stddef.h>

#include "bench.h"

enum { kNodes = 200, kSize = 12, kText = 400, kStates = 6 };

typedef struct node {
  struct node* next;
  int16_t key;
  uint16_t index;
} node;

static node nodes[kNodes];
static int16_t a[kSize][kSize], b[kSize][kSize];
static int32_t c[kSize][kSize];
static char text[kText];

static uint16_t crc16(uint16_t crc, uint32_t value) {
  for (int bit = 0; bit < 32; ++bit, value >>= 1) {
    const unsigned mix = (crc ^ value) & 1U;
    crc = (uint16_t)(crc >> 1);
    if (mix) crc ^= 0xA001;
  }
  return crc;
}

static int by_key(const node* left, const node* right) {
  return left->key - right->key;
}
static int by_index(const node* left, const node* right) {
  return left->index - right->index;
}

static node* merge(node* left, node* right, int (*compare)(const node*, const node*)) {
  node head = {NULL, 0, 0};
  node* tail = &head;
  while (left && right) {
    node** smaller = compare(left, right) <= 0 ? &left : &right;
    tail = tail->next = *smaller;
    *smaller = (*smaller)->next;
  }
  tail->next = left ? left : right;
  return head.next;
}

static node* sort(node* list, unsigned count, int (*compare)(const node*, const node*)) {
  if (count < 2) return list;
  node* middle = list;
  for (unsigned i = 1; i < count / 2; ++i) middle = middle->next;
  node* second = middle->next;
  middle->next = NULL;
  return merge(sort(list, count / 2, compare), sort(second, count - count / 2, compare), compare);
}

static uint16_t lists(uint16_t crc, uint32_t* random) {
  for (int i = 0; i < kNodes; ++i) {
    nodes[i].next = i + 1 < kNodes ? &nodes[i + 1] : NULL;
    nodes[i].key = (int16_t)next_random(random);
    nodes[i].index = (uint16_t)i;
  }
  node* list = sort(nodes, kNodes, by_key);
  for (const node* n = list; n; n = n->next->next) crc = crc16(crc, (uint16_t)n->key);
  node* reversed = NULL;
  while (list) {
    node* rest = list->next;
    list->next = reversed;
    reversed = list;
    list = rest;
  }
  list = sort(reversed, kNodes, by_index);
  uint32_t found = 0;
  for (int wanted = 0; wanted < 20; ++wanted) {
    const node* n = list;
    while (n && (n->key & 31) != wanted) n = n->next;
    found += n ? n->index : 0;
  }
  return crc16(crc, found);
}

static uint16_t matrices(uint16_t crc, uint32_t* random) {
  for (int i = 0; i < kSize; ++i) {
    for (int j = 0; j < kSize; ++j) {
      a[i][j] = (int16_t)next_random(random);
      b[i][j] = (int16_t)(*random >> 16);
    }
  }
  int32_t sum = 0;
  for (int i = 0; i < kSize; ++i) {
    for (int j = 0; j < kSize; ++j) {
      int32_t dot = 0;
      for (int k = 0; k < kSize; ++k) dot += (a[i][k] * b[k][j]) >> 4;
      c[i][j] = dot;
      sum += dot > sum ? 10 : c[i][j] & 7;
    }
    crc = crc16(crc, (uint32_t)sum);
  }
  return crc;
}

static uint16_t state_machine(uint16_t crc, uint32_t* random) {
  static const char kLetters[] = "0123456789+-.eE,xyz ";
  enum { kStart, kSign, kInteger, kFraction, kExponent, kWrong } state = kStart;
  uint32_t visits[kStates] = {0};
  for (int i = 0; i < kText; ++i) text[i] = kLetters[next_random(random) % (sizeof kLetters - 1)];
  for (int i = 0; i < kText; ++i) {
    const char letter = text[i];
    const int digit = letter >= '0' && letter <= '9';
    switch (state) {
      case kStart:
        state = digit ? kInteger : letter == '+' || letter == '-' ? kSign : kWrong;
        break;
      case kSign:
        state = digit ? kInteger : letter == '.' ? kFraction : kWrong;
        break;
      case kInteger:
        if (letter == '.') {
          state = kFraction;
        } else if (letter == 'e' || letter == 'E') {
          state = kExponent;
        } else if (!digit) {
          state = letter == ',' ? kStart : kWrong;
        }
        break;
      case kFraction:
        if (letter == 'e' || letter == 'E') {
          state = kExponent;
        } else if (!digit) {
          state = letter == ',' ? kStart : kWrong;
        }
        break;
      case kExponent:
        if (!digit) state = letter == ',' ? kStart : kWrong;
        break;
      default:
        if (letter == ',' || letter == ' ') state = kStart;
        break;
    }
    ++visits[state];
  }
  for (int i = 0; i < kStates; ++i) crc = crc16(crc, visits[i]);
  return crc;
}

uint32_t bench_round(uint32_t seed) {
  uint32_t random = seed | 1;
  uint16_t crc = lists(0, &random);
  for (int i = 0; i < 3; ++i) crc = matrices(crc, &random);
  for (int i = 0; i < 3; ++i) crc = state_machine(crc, &random);
  return crc;
}
