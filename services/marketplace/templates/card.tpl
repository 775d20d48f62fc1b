{{%AUTOESCAPE context="HTML"}}<li class="card {{SIZE}}" id="{{ID}}">
<a href="{{LINK}}"><span class="stand"><img src="{{COVER}}" width="200" height="300" alt="" loading="lazy" decoding="async"></span>
<span class="name" lang="{{LANG}}">{{TITLE}}</span></a>
<span class="by">{{AUTHORS}}</span>
{{#TOUCHED}}<span class="touched">{{CAMPAIGN}}</span>{{/TOUCHED}}
{{#PRICED}}<span class="price">{{PRICE}} <button class="add" form="add" name="book" value="{{BOOK}}" formaction="{{ADD_PATH}}">Add<span class="hidden"> {{TITLE}} to the cart</span></button></span>{{/PRICED}}
</li>
