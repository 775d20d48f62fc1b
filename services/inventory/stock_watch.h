// StockWatch: finds stocks that another process changed in the same database, and tells the
// watchers of this process. Each turn reads all books that a watch named; for watches of all books
// it reads the next few books, so that a change of one of N books is found after at most N / 500
// turns.
#pragma once

#include "services/inventory/stock_hub.h"
#include "services/inventory/store.h"

namespace octavo::inventory {

class StockWatch {
 public:
  // Both must outlive it.
  StockWatch(Store& store, StockHub& hub) : store_(store), hub_(hub) {}

  // Call it on one thread (background::Repeater). If the store throws, the next turn reads the same books.
  void Turn();

 private:
  Store& store_;
  StockHub& hub_;
  BookId next_;  // The last book that was read for watches of all books.
};

}  // namespace octavo::inventory
