// Authors: one id for all spellings of an author's name. The id is the slug of the spelling that the shop prefers: "authors/
// fyodor-dostoevsky" is "Fyodor Dostoyevsky", "Dostoevsky, Fyodor", "F. M. Dostoevsky" and "Фёдор Достоевский". Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace octavo::catalog {

// The name in spoken order: "J.R.R. Tolkien" for "Tolkien, J.R.R."; "Martin Luther King, Jr." stays. White space is cleaned.
std::string NameAsSaid(std::string_view name);

// The author's id: the slug of the name in spoken order, with initials apart ("JRR Tolkien" is "j-r-r-tolkien"). If authors.cc
// lists the name as another name of an author, the id is the slug of the preferred spelling.
std::string AuthorId(std::string_view name);

// The id for a slug that may come from another name: "fyodor-dostoevsky" for "fyodor-dostoyevsky". Other slugs stay as they are.
std::string AuthorIdOfSlug(const std::string& slug);

// The author's other known names, without the preferred one.
std::vector<std::string> OtherNames(const std::string& author_id);

}  // namespace octavo::catalog
