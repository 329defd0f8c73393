package controllerruntime

import (
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

type Builder = builder.Builder

type Request = reconcile.Request

type Result = reconcile.Result

func NewControllerManagedBy(m any) *builder.Builder
