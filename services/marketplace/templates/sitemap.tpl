{{%AUTOESCAPE context="XML"}}<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="{{NAMESPACE}}">
{{#ADDRESS}}<url><loc>{{LOCATION}}</loc>{{#CHANGED}}<lastmod>{{DAY}}</lastmod>{{/CHANGED}}</url>
{{/ADDRESS}}</urlset>
