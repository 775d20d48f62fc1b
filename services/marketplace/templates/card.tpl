{{%AUTOESCAPE context="HTML"}}<li class="card {{SIZE}}">
<a href="{{LINK}}"><span class="stand"><img src="{{COVER}}" width="200" height="300" alt="" loading="lazy" decoding="async"></span>
<span class="name" lang="{{LANG}}">{{TITLE}}</span></a>
<span class="by">{{AUTHORS}}</span>
{{#PRICED}}<span class="price">{{PRICE}}</span>{{/PRICED}}
</li>
