// StockWatch: finds the stocks that another process changed in the same database, for those who watch here.
// Each turn reads what is watched: the books of those who named some, all of them; and for those who watch
// everything the next few books in turn, so that a change of one of N books is told after N / 500 turns at
// most.
#pragma once

#include "services/inventory/stock_hub.h"
#include "services/inventory/store.h"

namespace octavo::inventory {

class StockWatch {
 public:
  // Both must outlive it.
  StockWatch(Store& store, StockHub& hub) : store_(store), hub_(hub) {}

  // For one thread (background::Repeater). What the store throws leaves the next turn as it was.
  void Turn();

 private:
  Store& store_;
  StockHub& hub_;
  BookId next_;  // The last book of those that were read for who watches everything.
};

}  // namespace octavo::inventory
