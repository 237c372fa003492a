// Keeps deleted rows out of the database file (requirement C11).
//
// With `secure_delete`, SQLite overwrites a row where it is deleted. But when it moves rows to another page, to fill pages
// evenly, it leaves the bytes of the old place between the row pointers and the rows of that page. If the row is deleted
// later, only its new place is overwritten. Here this unused space of every page is zeroed on its way into the database
// file. The write-ahead log may still hold such bytes until it is emptied.
//
// It finds pages of rows by their first byte. This is sound without auto_vacuum and for files below 128 GiB. Larger files
// are written unchanged.
#pragma once

struct sqlite3;

namespace belay::storage {

// Call it for each connection that may write, before its first statement. Any thread.
void keep_pages_clean(sqlite3* db);

// Zeroes the unused space of a page of rows; leaves other pages as they are. `number` is the page's, from 1.
void clean_page(unsigned char* page, unsigned size, unsigned long number);

}  // namespace belay::storage
