{{%AUTOESCAPE context="HTML"}}<header class="listing-head">
  <h1>{{HEADING}}</h1>
  {{#CORRECTED}}<p class="note">We looked for <a href="{{CORRECTED_LINK}}"><strong>{{CORRECTED_QUERY}}</strong></a>, as nothing
  here is called <em>{{TYPED_QUERY}}</em>.</p>{{/CORRECTED}}
  {{#ANY}}<p class="note">No book has all of these words; these are called by some of them.</p>{{/ANY}}
  {{#CATEGORY}}<p><a href="{{CATEGORY_LINK}}">All books in {{CATEGORY_NAME}}</a></p>{{/CATEGORY}}
  {{#RESULTS}}
  <p class="quiet">{{COUNT}}. <a class="to-facets" href="#narrow">Narrow them down</a></p>
  <nav class="sort" aria-label="Sort by">
    <ul>
      {{#SORT}}<li><a href="{{SORT_LINK}}"{{#SORT_CHOSEN}} aria-current="true"{{/SORT_CHOSEN}}>{{SORT_LABEL}}</a></li>{{/SORT}}
    </ul>
  </nav>
  {{/RESULTS}}
</header>
{{#NOTHING}}
<div class="nothing">
  <p>Nothing on our shelves fits that. You could</p>
  <ul>
    <li>try fewer words, or only the author’s last name,</li>
    <li>use the ISBN, which finds its book in any spelling,</li>
    <li>or <a href="/books">wander along all shelves</a>: the best finds were never looked for.</li>
  </ul>
</div>
{{/NOTHING}}
<div class="found">
  <div class="found-books">
    {{#RESULTS}}
    <ul class="books grid">
{{>CARD}}
    </ul>
    {{/RESULTS}}
{{>PAGER}}
  </div>
  {{#FACETS}}
  <aside class="facets" id="narrow" aria-label="Narrow the results">
    {{#CLEAR}}<p><a class="clear" href="{{CLEAR_LINK}}">Take all choices back</a></p>{{/CLEAR}}
    {{#FACET}}
    <section aria-labelledby="facet-{{FACET_ID}}">
      <h2 id="facet-{{FACET_ID}}">{{LABEL}}</h2>
      <ul>
        {{#VALUE}}<li><a href="{{LINK}}" rel="nofollow"{{#CHOSEN}} class="chosen"{{/CHOSEN}}>{{#CHOSEN}}<span class="hidden">Chosen: </span>{{/CHOSEN}}{{NAME}} <span class="count">{{COUNT}}</span></a></li>{{/VALUE}}
      </ul>
    </section>
    {{/FACET}}
  </aside>
  {{/FACETS}}
</div>
{{>SHELF}}
