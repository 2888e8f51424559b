/** Images on their way into the first layer: the DMA engine writes them into several input areas of
 * its tiles in turn. */
#ifndef FASHION_FEED_H
#define FASHION_FEED_H

#include "mapping.h"

enum { kMostImagesFed = 4 };

/** Where input area 0..kMostImagesFed-1 of a block lies in its tile's SRAM. */
uint32_t fashion_input_area(const block* b, unsigned slot);

/** Gets ready to send images 0, 1, ... `slots` - 1 to areas 0, 1, ...; behind its pixels each tile
 * is sent a signal to `semaphore`, unless that is negative. Prints what is wrong and returns false.
 */
bool fashion_feed_prepare(const uint8_t* images, unsigned slots, int semaphore);
/** Waits until the engine is free and lets it send the image of an area; the same about errors. */
bool fashion_feed_send(unsigned slot);
/** Waits until the engine has sent everything. */
bool fashion_feed_wait(void);
/** The next image for an area is the one `slots` later. */
void fashion_feed_advance(unsigned slot);

#endif
